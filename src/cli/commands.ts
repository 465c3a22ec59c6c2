// Which commands there are: what is said of each, and where its code is.

import type { ArgumentsCamelCase } from 'yargs';

/** A command that does one thing. */
export interface Command {
  readonly usage: string;
  readonly describe: string;
  /** The usage line and what is to be known about the command. */
  readonly help: string;
  /** What it takes without an option's name before it, where it takes anything. */
  readonly inputs?: string;
  /** When it ends with exit code 3 with --strict, where it has that option. */
  readonly strict?: string;
  readonly examples: readonly (readonly [command: string, description: string])[];
  /** The command's code, loaded only when it is called. */
  load(): Promise<(parsed: ArgumentsCamelCase) => Promise<number>>;
}

/** A command that stands for several, one word further: `weights list`. */
export interface CommandGroup {
  readonly describe: string;
  readonly help: string;
  readonly examples: Command['examples'];
  /** By their second word, in the order of the help. */
  readonly actions: Readonly<Record<string, Command>>;
}

const PICTURES = 'pictures, folders of pictures, patterns';

export const commands: Readonly<Record<string, Command | CommandGroup>> = {
  run: {
    usage: 'run [inputs..]',
    describe: 'find a face for every picture',
    help:
      'facewright run INPUT... --out DIR [options]\n\n' +
      'Finds, for every picture, a face that looks like it when scaled down. INPUT is a file, a folder or a pattern. ' +
      'DIR gets NAME.png, NAME.target.png (what was searched for) and run.jsonl (a line about every result). ' +
      'The same command given again goes on where it was stopped.',
    inputs: PICTURES,
    strict: 'eps was missed',
    examples: [
      ['facewright run face.jpg --out faces', 'one picture'],
      ['facewright run photos -o faces --seed 1', 'a folder, with a seed of your own'],
      ['facewright run a.svg -o faces --duplicates 4', 'four faces for one picture'],
      ['facewright run photos -o faces --align', 'photos and emoji: crop to the faces first'],
      ['facewright run photos -o faces --seed 1 --queue redis://host', 'on many machines: facewright work'],
      ['facewright run -input_dir in -output_dir runs', "the original PULSE's spelling"],
    ],
    load: async () => (await import('./run/run.js')).runCommand,
  },
  align: {
    usage: 'align [inputs..]',
    describe: 'find the faces in photos and drawings, and crop to them',
    help:
      'facewright align INPUT... --out DIR [options]\n\n' +
      'Finds the faces of every picture and crops to each as the pictures were that generators of faces learned from ' +
      '(FFHQ). INPUT is a file, a folder or a pattern. DIR gets NAME_0.png, NAME_1.png, … and align.jsonl (a line about ' +
      'every picture); with several sizes, a folder for each. The same command given again goes on where it was stopped.',
    inputs: PICTURES,
    strict: 'a picture has no face',
    examples: [
      ['facewright align group.jpg --out faces', 'every face, 1024 px'],
      ['facewright align photos -o faces --size 16,32 --overlay', 'two sizes, and pictures that show what was found'],
      ['facewright align a.jpg -o faces --landmarks a.json', 'points of your own'],
      ['facewright align -input_dir realpics -output_size 32', "the original PULSE's spelling"],
    ],
    load: async () => (await import('./align/align.js')).alignCommand,
  },
  emoji: {
    usage: 'emoji [inputs..]',
    describe: 'find a face for every emoji of a set',
    help:
      'facewright emoji WHAT... --set NAME... --out DIR [options]\n\n' +
      'Draws emoji, crops to their faces, and finds a face for each. WHAT is emoji (😀 👩🏽‍🍳), code points (1f9d4-1f3fb), short names ' +
      '(grinning-face), groups and subgroups of Unicode (person-role, face-*), or categories (red-hair, hats, vampires, …). ' +
      'DIR gets SIZE/SET/NAME.png, drawings/ and run.jsonl. The same command given again goes on where it was stopped.',
    inputs: 'emoji, code points, names, groups, categories',
    strict: 'an emoji is missing, has no face, or missed eps',
    examples: [
      ["facewright emoji 'face-*' 'person-*' --set openmoji -o out", 'all smileys and people'],
      ['facewright emoji 👩‍🍳 🧔 --set openmoji noto -o out', 'some emoji of two sets'],
      ['facewright emoji red-hair --tones all --set fluent -o out', 'a category in all skin tones'],
      ['facewright emoji --all --set noto -o out --size 16,32 --shard 2/8', 'the second of eight parts'],
      ['facewright emoji vampires --set-dir mine=my/emoji -o out', 'drawings of your own'],
    ],
    load: async () => (await import('./emoji/emoji.js')).emojiCommand,
  },
  work: {
    usage: 'work',
    describe: 'find faces for the pictures of a queue',
    help:
      'facewright work --queue URL [options]\n\n' +
      'Takes jobs that run --queue and emoji --queue put into a queue, batch by batch, with a generator that stays open, and writes what ' +
      'is found to where each wants it. Start as many as there are GPUs, on as many machines as there are. Ctrl-C (SIGTERM) ends ' +
      'it after the batch at hand; the jobs of one that dies come back.',
    examples: [
      ['facewright work --queue redis://host', 'until it is stopped'],
      ['facewright work --queue redis://host --until-empty', 'for array jobs'],
      ['facewright work --queue postgres://host/faces --metrics 9464', 'with figures for Prometheus'],
    ],
    load: async () => (await import('./work/work.js')).workCommand,
  },
  serve: {
    usage: 'serve',
    describe: 'search for faces over HTTP',
    help:
      'facewright serve [options]\n\n' +
      'Searches for whoever asks over HTTP, one search after another, with a generator that stays open, and tells step by step how each ' +
      'goes. docs/serve.md has the requests. Only this machine is answered, and no page of another site, unless there is a token. ' +
      'Ctrl-C (SIGTERM) ends it.',
    examples: [
      ['facewright serve', 'at http://127.0.0.1:8420'],
      ['facewright serve --model ffhq.pkl --port 9000', 'weights of your own, another port'],
      ['facewright serve --model ffhq.pkl afhqcat.pkl', 'two generators to choose from'],
      ['facewright serve --host 0.0.0.0', 'for others, who know what FACEWRIGHT_TOKEN holds'],
    ],
    load: async () => (await import('./serve/serve.js')).serveCommand,
  },
  queue: {
    describe: 'look after a queue: what waits, what failed, and take jobs out',
    help:
      'facewright queue status | failed | retry | cancel | drain\n\n' +
      'What is in a queue that run --queue and emoji --queue fill and work empties. docs/machines.md is the guide.',
    examples: [
      ['facewright queue status --queue redis://host', 'how many wait, are in work, failed; how long it will take'],
      ['facewright queue failed --queue redis://host', 'what failed for good, and why'],
    ],
    actions: {
      status: {
        usage: 'status',
        describe: 'how many jobs wait, are in work, failed; the rate and the time left',
        help: 'facewright queue status --queue URL [options]\n\nSays how a queue stands.',
        examples: [['facewright queue status --queue redis://host --json', 'for programs']],
        load: async () => (await import('./queue/queue.js')).statusCommand,
      },
      failed: {
        usage: 'failed [inputs..]',
        describe: 'what failed for good, each with its reason',
        help: 'facewright queue failed [NAME...] --queue URL [options]\n\nLists the jobs that failed for good, the newest first.',
        inputs: 'only these: names of pictures, or of results',
        examples: [['facewright queue failed --queue redis://host', 'all']],
        load: async () => (await import('./queue/queue.js')).failedCommand,
      },
      retry: {
        usage: 'retry [inputs..]',
        describe: 'put what failed into the queue again',
        help:
          'facewright queue retry [NAME...] --queue URL [options]\n\n' +
          'Puts jobs that failed for good into the queue again, as if they were new.',
        inputs: 'only these: names of pictures, or of results',
        examples: [['facewright queue retry --queue redis://host', 'all']],
        load: async () => (await import('./queue/queue.js')).retryCommand,
      },
      cancel: {
        usage: 'cancel [inputs..]',
        describe: 'take jobs out that nobody works on',
        help:
          'facewright queue cancel [NAME...] --queue URL [options]\n\n' +
          'Takes jobs out of the queue, those that failed included. What is in work is finished.',
        inputs: 'names of pictures, or of results',
        examples: [
          ['facewright queue cancel smile --queue redis://host', 'one picture'],
          ['facewright queue cancel --out s3://bucket/run --queue redis://host', 'a whole run'],
        ],
        load: async () => (await import('./queue/queue.js')).cancelCommand,
      },
      drain: {
        usage: 'drain',
        describe: 'take everything out that nobody works on',
        help:
          'facewright queue drain --queue URL [options]\n\n' +
          'Takes all jobs out of the queue, those that failed included. What is in work is finished.',
        examples: [['facewright queue drain --queue redis://host', 'all of them']],
        load: async () => (await import('./queue/queue.js')).drainCommand,
      },
    },
  },
  pull: {
    usage: 'pull [inputs..]',
    describe: 'fetch what a queue’s workers found from a bucket',
    help:
      'facewright pull s3://BUCKET/PREFIX DIR [options]\n\n' +
      'Fetches the results of a run with --queue from its bucket. DIR is then as that run would have left it: gallery, report and ' +
      'animate take it. The same command given again fetches only what is new.',
    inputs: 'the bucket and the folder',
    examples: [['facewright pull s3://bucket/run faces', 'then facewright gallery faces']],
    load: async () => (await import('./pull/pull.js')).pullCommand,
  },
  animate: {
    usage: 'animate [inputs..]',
    describe: 'show how faces were found: searches as animations',
    help:
      'facewright animate DIR [NAME...] [options]\n\n' +
      'Makes animations of the searches in DIR, which run --save-intermediate wrote: the best face after every step. ' +
      "DIR is a run's output folder, or one that several lie in. NAME is a result, by its file or the emoji it is of; " +
      'without one, every result is animated.',
    inputs: 'the folder of a run, and results of it',
    examples: [
      ['facewright animate faces', 'every search, as WebP beside its face'],
      ['facewright animate faces smile --target --curve -o a.gif', 'one, with its target and loss curve'],
      ['facewright animate emoji --beside size', "every emoji's sizes beside each other"],
      ['facewright animate faces a b --beside names -o ab.mp4', 'two of your choice'],
    ],
    load: async () => (await import('./animate/animate.js')).animateCommand,
  },
  generate: {
    usage: 'generate',
    describe: 'draw faces from seeds or saved latents',
    help: 'facewright generate --out DIR [options]\n\nDraws faces from seeds or saved latents, and a contact sheet of them.',
    examples: [
      ['facewright generate -o faces --seeds 0-63', '64 faces and sheet.png'],
      ['facewright generate -o faces --truncation 0.7', 'nearer to the average face'],
      ['facewright generate -o way --interpolate 3 8', 'from one face to another'],
      ['facewright generate -o faces --latents a.npz', 'what run --save-npz or a projector wrote'],
    ],
    load: async () => (await import('./generate/generate.js')).generateCommand,
  },
  demo: {
    usage: 'demo',
    describe: 'emoji become faces, with the generator that comes along',
    help: 'facewright demo [options]\n\nFinds faces for emoji with the demo generator, and lays them out on a contact sheet.',
    examples: [['facewright demo --count 4', 'a short one']],
    load: async () => (await import('./demo/demo.js')).demoCommand,
  },
  show: {
    usage: 'show [inputs..]',
    describe: 'how a face was made: its model, seed and options',
    help:
      'facewright show FILE.png... [options]\n\n' +
      'Prints what a face that facewright wrote says of itself: generator, seed, options, and how near it came. Faces of run, emoji, ' +
      'demo and generate have it in them (PNG, tEXt), unless they were made with --no-metadata.',
    inputs: 'faces that facewright wrote',
    examples: [
      ['facewright show faces/anna.png', 'of one'],
      ['facewright show faces/*.png --json', 'of many, for programs'],
    ],
    load: async () => (await import('./show/show.js')).showCommand,
  },
  gallery: {
    usage: 'gallery [inputs..]',
    describe: 'a site that shows what a run found, to look through on this machine',
    help:
      'facewright gallery DIR [options]\n\n' +
      'Makes a static site of what run, demo or emoji wrote to DIR: an overview, all pairs on one sheet to zoom into, cards ' +
      'with filters, a page for each emoji, what failed with its reason, and the report. It opens from the disk and needs no ' +
      'network. The same command given again makes only what is new.',
    inputs: 'the folder that run, demo or emoji wrote to',
    examples: [
      ['facewright gallery faces', 'then open faces/gallery/index.html'],
      ['facewright gallery faces --out site --title "My emoji"', 'elsewhere, under another title'],
    ],
    load: async () => (await import('./gallery/gallery.js')).galleryCommand,
  },
  report: {
    usage: 'report [inputs..]',
    describe: 'what the faces of a run say, measured',
    help:
      'facewright report DIR [options]\n\n' +
      'Measures what a run wrote to DIR: shares recognised and within eps, L2, colours, skin angles, spread between ' +
      'seeds; of emoji by set, skin tone and category. Every figure comes with n and its 95 % confidence interval. ' +
      'DIR/report gets report.md, report.json, CSV files and plots.',
    inputs: 'the folder that a run wrote to',
    examples: [
      ['facewright report emoji-out', 'tables, CSV and plots in emoji-out/report'],
      ['facewright report faces --json', 'the report as JSON'],
    ],
    load: async () => (await import('./report/report.js')).reportCommand,
  },
  weights: {
    describe: 'generators: which there are, fetch them, look into files, convert them',
    help:
      'facewright weights list | fetch | inspect | convert\n\n' +
      'The generators that owners offer on the web, and weight files: which there are, what is in them. Other commands take the ' +
      'same with --model: a file, a name of the list, or an address. docs/weights.md is the guide.',
    examples: [
      ['facewright weights list', 'names, sizes, licences'],
      ['facewright weights fetch ada-ffhq', 'then --model ada-ffhq'],
      ['facewright weights inspect snapshot.pkl', 'a file of your own'],
      ['facewright weights convert a.pkl a.safetensors', 'a third of the size; with --half a sixth'],
    ],
    actions: {
      list: {
        usage: 'list',
        describe: 'the generators that owners offer, and what of them is here',
        help:
          'facewright weights list [options]\n\n' +
          'Shows the generators that owners offer on the web, by name, with their licences, and marks what of them is here.',
        examples: [['facewright weights list --json', 'addresses too']],
        load: async () => (await import('./weights/list.js')).listCommand,
      },
      fetch: {
        usage: 'fetch [inputs..]',
        describe: 'fetch generators, to be used by name from then on',
        help:
          'facewright weights fetch NAME|URL... [options]\n\n' +
          "Puts weight files into the user's cache folder, and goes on where it was stopped; --model NAME does so too.",
        inputs: 'names (weights list), or addresses',
        examples: [['facewright weights fetch ada-ffhq', 'then --model ada-ffhq']],
        load: async () => (await import('./weights/fetch.js')).fetchCommand,
      },
      inspect: {
        usage: 'inspect [inputs..]',
        describe: 'what a weight file is, and what it lacks',
        help:
          'facewright weights inspect FILE|NAME|URL... [options]\n\n' +
          'Says of each file what network is in it: kind, resolution, parameters, licence; and what is missing, where it does not open.',
        inputs: 'files, names (weights list), or addresses',
        examples: [['facewright weights inspect snapshot.pkl', 'a file of your own']],
        load: async () => (await import('./weights/inspect.js')).inspectCommand,
      },
      convert: {
        usage: 'convert [inputs..]',
        describe: 'write a weight file that opens fastest',
        help:
          'facewright weights convert FILE|NAME|URL OUT.safetensors [options]\n\n' +
          'Writes the generator of a file, and of a checkpoint with several networks only that one, in the form that opens fastest.',
        inputs: 'a file, name or address, and the new file',
        examples: [
          ['facewright weights convert a.pkl a.safetensors', 'a third of the size'],
          ['facewright weights convert a.pkl a.safetensors --half --fit', 'a sixth, and ready to search'],
        ],
        load: async () => (await import('./weights/convert.js')).convertCommand,
      },
    },
  },
  bench: {
    describe: 'measure: steps, searches, kernels, faces, weight files',
    help:
      'facewright bench step | kernels | contract | compare | search | busy | fit | load | faces\n\n' +
      'Measures this machine: a search step, its kernels on a GPU one by one and kernels of your own beside them, whole searches, steps on a busy machine, opening ' +
      'weight files, the search for faces. docs/kernels.md begins with a first kernel in ten minutes. In a clone, ' +
      'npm run bench -- is the same, and builds first.',
    examples: [
      ['facewright bench step --model 1024', 'a search step at 1024 px, kernel by kernel'],
      ['facewright bench kernels conv3x3 --model 1024', 'the 3×3 convolutions of such a step, one by one'],
      ['facewright bench load', 'weight files of full size'],
    ],
    actions: {
      step: {
        usage: 'step',
        describe: 'seconds per search step, memory, the share of each kernel',
        help:
          'facewright bench step [options]\n\n' +
          'Measures one step of the default search on random weights, or on those of a file: seconds, GFLOP/s, bytes, peak memory, and ' +
          'the share of each kernel.',
        examples: [
          ['facewright bench step', 'all shapes'],
          ['facewright bench step --model 1024 --engine webgpu', 'one, on a GPU'],
          ['facewright bench step --model 1024 --trace t.json', 'when each kernel runs, for ui.perfetto.dev'],
        ],
        load: async () => (await import('./bench/step.js')).stepCommand,
      },
      kernels: {
        usage: 'kernels [inputs..]',
        describe: 'each WGSL kernel by itself: its time, how near the adapter’s best it comes, its error',
        help:
          'facewright bench kernels [FILTER] [options]\n\n' +
          'Measures the WGSL kernels of a search step one by one, at the shapes of that step: microseconds with data in the caches ' +
          '(warm) and not (cold), share of the step, what of the adapter’s best it reaches and what bounds it, and how far its ' +
          'results are from the native engine’s. FILTER is a part of a kernel’s name or shape, or a regular expression. It runs ' +
          'on programs that play a GPU too (lavapipe), whose times say nothing about GPUs. With --isa nothing is measured but ' +
          'compiled; with --try a kernel of your own is checked, and timed beside the engine’s.',
        inputs: 'a part of a kernel’s name or shape, or a regular expression',
        examples: [
          ['facewright bench kernels', 'all kernels of a step of the demo generator'],
          ["facewright bench kernels 'conv.*64×64$' --model 1024", 'convolutions that make maps of 64 px'],
          ['facewright bench kernels conv --variants --json', 'all kernels there are for them, with every sample'],
          ['facewright bench kernels --try mine.wgsl --as conv3x3 --watch', 'one of your own, at every save'],
          ['facewright bench kernels conv --isa navi31', 'registers, waves, multiply-adds on a GPU that is not here'],
        ],
        load: async () => (await import('./bench/kernels.js')).kernelsCommand,
      },
      search: {
        usage: 'search',
        describe: 'seconds per face, faces per minute',
        help:
          'facewright bench search [options]\n\n' +
          'Times whole searches for random targets, in memory: how long one takes does not depend on what is in the picture. JS thread busy: ' +
          'the share of that time which the thread that feeds the engine works.',
        examples: [
          ['facewright bench search', 'as the demo searches'],
          ['facewright bench search --model 1024 --count 2', 'the full FFHQ network'],
        ],
        load: async () => (await import('./bench/search.js')).searchCommand,
      },
      compare: {
        usage: 'compare [inputs..]',
        describe: 'two reports of kernels: what got faster and slower',
        help:
          'facewright bench compare OLD.json NEW.json [options]\n\n' +
          'Holds two reports of bench kernels --json against each other: the old time of each kernel by the new one, with a 95 % interval, ' +
          'the worst first. Another adapter, driver, model or batch is refused; another version of facewright or Dawn is not.\n' +
          'Exit codes: 0 compared; 1 with --fail, when a kernel or the step got slower by more than that and 1 is outside its interval; 2 nothing ' +
          'was compared.',
        inputs: 'reports, the older one first',
        examples: [
          ['facewright bench compare old.json new.json', 'what changed'],
          ['facewright bench compare old.json new.json --fail 5%', 'in CI'],
          ['facewright bench compare old.json new.json --plot roofline.svg', 'both under the roof, with arrows'],
          ['facewright bench compare new.json --plot roofline.svg', 'one of them'],
        ],
        load: async () => (await import('./bench/compare.js')).compareCommand,
      },
      contract: {
        usage: 'contract [inputs..]',
        describe: 'what a kernel of your own has to keep, as WGSL to begin with',
        help:
          'facewright bench contract NAME\n\n' +
          'Prints a WGSL kernel that may stand for one of the engine’s: a convolution (conv1x1, conv3x3, conv_up, conv_down), right but ' +
          'slow, or any kernel of shaders/, whole; its head says what it is given and what is checked. Change it, and try it with ' +
          'facewright bench kernels --try mine.wgsl --as NAME.',
        inputs: 'the kernel’s name',
        examples: [['facewright bench contract conv3x3 > mine.wgsl', 'to begin with']],
        load: async () => (await import('./bench/contract.js')).contractCommand,
      },
      busy: {
        usage: 'busy',
        describe: 'what other processes cost the native engine',
        help:
          'facewright bench busy [options]\n\n' +
          'Seconds per search step beside none, one and two processes that keep a core busy, which it starts and ends: with one thread, ' +
          'with as many as there are processors, and as the engine chooses. Everything in turn, and medians over the rounds.',
        examples: [['facewright bench busy --rounds 9', 'on a machine that is not quiet itself']],
        load: async () => (await import('./bench/busy.js')).busyCommand,
      },
      fit: {
        usage: 'fit',
        describe: 'how long the Gaussian fit of a model that comes without one takes',
        help:
          'facewright bench fit [options]\n\n' +
          'Draws a million z, maps them through eight layers of 512 and sums them up, as the first search with a model without a fit does; ' +
          'and each of the three alone.',
        examples: [['facewright bench fit --latents 100000', 'a shorter one']],
        load: async () => (await import('./bench/fit.js')).fitCommand,
      },
      load: {
        usage: 'load',
        describe: 'how long weight files of full size take to open',
        help: 'facewright bench load [options]\n\nWrites weight files of full size with random numbers, and opens them.',
        examples: [],
        load: async () => (await import('./bench/load.js')).loadCommand,
      },
      faces: {
        usage: 'faces',
        describe: 'what is found of faces in emoji, and how long that takes',
        help:
          'facewright bench faces [options]\n\n' +
          'Looks for faces in all emoji of the sets that are installed: found, false alarms, time, agreement with dlib; and times crops.',
        examples: [],
        load: async () => (await import('./bench/faces.js')).facesCommand,
      },
    },
  },
  tune: {
    usage: 'tune',
    describe: 'find the fastest kernels for this GPU, and keep them',
    help:
      'facewright tune [options]\n\n' +
      'Measures, shape by shape, the kernels and tilings that a search step can run with on this GPU, and keeps the fastest in the ' +
      "user's cache folder: by adapter, driver and version of Dawn, for as long as the kernels are what they were. From then on they run. " +
      'The same command given again goes on with the shapes that are left.',
    examples: [
      ['facewright tune', 'a minute, for 1024 px'],
      ['facewright tune --model face.pkl --budget 5m', 'the shapes of your own weights'],
      ['facewright tune --explain conv3x3@64', 'what runs at 64 px, and why'],
      ['facewright tune --export h200.json', 'for machines of the same kind; there --import h200.json'],
    ],
    load: async () => (await import('./tune/tune.js')).tuneCommand,
  },
  doctor: {
    usage: 'doctor',
    describe: 'what facewright can run on here',
    help: 'facewright doctor [options]\n\nLists what there is to compute on, GPUs and the processor, and marks what is used.\nExit code 0: there is something.',
    examples: [
      ['facewright doctor --json', 'limits and features too'],
      ['facewright doctor --model face.pkl', 'and what a search with these weights takes of memory'],
    ],
    load: async () => (await import('./doctor/doctor.js')).doctorCommand,
  },
};
