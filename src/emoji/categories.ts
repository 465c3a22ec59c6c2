// The categories of the article "Generating faces from emojis with stylegan and pulse": what it looked at side by side.

import { bareCodePoints, codePointsOf, type EmojiTable } from './unicode.js';

/** A named list of emoji. */
export interface Category {
  /** Fit for a command line and an address: `red-hair`. */
  readonly slug: string;
  readonly title: string;
  /** The emoji, without skin tones; which tones are wanted is another question. */
  readonly emoji: readonly string[];
}

const category = (slug: string, title: string, emoji: string): Category => ({ slug, title, emoji: emoji.split(' ') });

/** The article's categories in its order. Its page of failures is no list: it is what fails (see the gallery). */
export const articleCategories: readonly Category[] = [
  category(
    'artifacts',
    'Artifacts',
    '🤧 🤒 🤕 😷 🤿 🥽 🤔 🫣 🤭 🫢 🫡 🤗 🤫 🙈 🙉 🙊 🤦 🤦‍♀️ 🤦‍♂️ 🙅 🙅‍♀️ 🙅‍♂️ 🙆 🙆‍♀️ 🙆‍♂️ 🙇 🙇‍♀️ 🙇‍♂️',
  ),
  category('babies', 'Babies', '👶 👼 🧑‍🍼 👩‍🍼 👨‍🍼 🤱'),
  category('bald', 'Bald', '🧑‍🦲 👨‍🦲 👩‍🦲'),
  category('bearded', 'Bearded faces', '🧔 🧔‍♂️ 🧔‍♀️ 🎅 🧙‍♂️ 🧙'),
  category('brides', 'Brides', '👰 👰‍♀️ 👰‍♂️'),
  category('cooks', 'Cooks', '🧑‍🍳 👩‍🍳 👨‍🍳'),
  category('curly-hair', 'Curly hair', '🧑‍🦱 👩‍🦱 👨‍🦱'),
  category('earrings', 'Earrings', '👩‍🎤 👩 👵 👸 🧕 🧞‍♀️ 🧜‍♀️ 💃 💁‍♀️'),
  category('elves', 'Elves', '🧝 🧝‍♀️ 🧝‍♂️ 🧑‍🎄 🧚 🧚‍♀️ 🧚‍♂️'),
  category('face-contour', 'Face contour', '👤 👥 🗣️ 🫥 😶 😶‍🌫️ 🧖 🧕 👱 🧒 🧑'),
  category(
    'sad',
    'Sad facial expressions',
    '😔 😕 🫤 😟 🙁 ☹️ 🥺 🥹 😦 😧 😨 😰 😥 😢 😭 😞 😓 😩 😫 😿 🙍 🙍‍♀️ 🙍‍♂️ 🙎 🙎‍♀️ 🙎‍♂️',
  ),
  category('santa-claus', 'Santa Claus', '🎅 🤶 🧑‍🎄'),
  category('skin-colour', 'Skin colour', '🧑 👩 👨 🧒 👧 👦 👶 🧓 👵 👴 👱 👱‍♀️ 👱‍♂️ 🧔'),
  category('surprise', 'Surprise expressions', '😮 😯 😲 😳 😱 🤯 😵 😵‍💫 🫨 😦 😧 🙀 🫢'),
  category('wrinkles', 'Wrinkles and expression lines', '🧓 👵 👴 😖 😣 😩 😫 😤 😠 😡 🤬 🥴 😬'),
  category('massage', 'Massage: hands at the head', '💆 💆‍♀️ 💆‍♂️ 💇 💇‍♀️ 💇‍♂️'),
  category('health-workers', 'Health workers', '🧑‍⚕️ 👩‍⚕️ 👨‍⚕️ 😷 🧑‍🔬 👩‍🔬 👨‍🔬'),
  category('glasses', 'Glasses', '🤓 😎 🧐 🥸 🧑‍🏫 👩‍🏫 👨‍🏫 🧑‍🔬 👩‍🔬 👨‍🔬 🧑‍💻 👩‍💻 👨‍💻 🧑‍🏭 👩‍🏭 👨‍🏭 👵 👴'),
  category('male-teachers', 'Male teachers', '👨‍🏫'),
  category('old-age', 'Old age', '🧓 👵 👴 🤶 🎅 🧙 🧙‍♀️ 🧙‍♂️ 👨‍🦳 👩‍🦳 🧑‍🦳'),
  category('young-age', 'Young age', '👶 🧒 👦 👧 👼 🧑‍🎓 👩‍🎓 👨‍🎓'),
  category('steamy', 'Steamy pictures', '🧖 🧖‍♀️ 🧖‍♂️ 😤 😶‍🌫️ 🥵'),
  category('crowns', 'Crowns', '🤴 👸 🫅'),
  category('diadems', 'Diadems', '👸 🦸‍♀️ 🧝‍♀️ 🧚‍♀️ 🧜‍♀️'),
  category(
    'hats',
    'Hats',
    '🤠 🥳 🕵️ 🕵️‍♀️ 🕵️‍♂️ 👮 👮‍♀️ 👮‍♂️ 💂 💂‍♀️ 💂‍♂️ 🧑‍🌾 👩‍🌾 👨‍🌾 👲 🎅 🤶 🧑‍🎄 🧙 🧙‍♀️ 🧙‍♂️ 🧑‍🎓 👩‍🎓 👨‍🎓 🧑‍✈️ 👩‍✈️ 👨‍✈️ 🧑‍🍳 👩‍🍳 👨‍🍳',
  ),
  category('headscarves', 'Headscarves', '🧕 👰 👰‍♀️ 👰‍♂️'),
  category('helmets', 'Helmets', '👷 👷‍♀️ 👷‍♂️ 🧑‍🚒 👩‍🚒 👨‍🚒 🧑‍🚀 👩‍🚀 👨‍🚀 🚴 🚴‍♀️ 🚴‍♂️ 🚵 🚵‍♀️ 🚵‍♂️ 🧗 🧗‍♀️ 🧗‍♂️ ⛷️ 🏂'),
  category('red-hair', 'Red hair', '🧑‍🦰 👩‍🦰 👨‍🦰'),
  category('turbans', 'Turbans', '👳 👳‍♀️ 👳‍♂️'),
  category(
    'left-and-right-weight',
    'Left and right weight: tipping and raising hands',
    '💁 💁‍♀️ 💁‍♂️ 🙋 🙋‍♀️ 🙋‍♂️ 🤷 🤷‍♀️ 🤷‍♂️ 🧏 🧏‍♀️ 🧏‍♂️',
  ),
  category('vampires', 'Vampires', '🧛 🧛‍♀️ 🧛‍♂️'),
  category('skulls', 'Skulls', '💀 ☠️'),
  category(
    'nonhuman',
    'Nonhuman',
    '👹 👺 👻 👽 👾 🤖 🎃 🤡 😈 👿 💩 🧟 🧟‍♀️ 🧟‍♂️ 🧞 🧞‍♀️ 🧞‍♂️ 🧜 🧜‍♀️ 🧜‍♂️ 🧌 🫈 🦸 🦸‍♀️ 🦸‍♂️ 🦹 🦹‍♀️ 🦹‍♂️ 🐵 🐶 🐱 🦁 🐯 🐻 🐼 🐨 🐸 🐷 🐮 🐰 🦊 🐭 🐹 🌝 🌚 🌞 ⛄ ☃️',
  ),
];

/** The slugs of the categories of an emoji. @param base its code points without skin tones */
export function categoriesOf(base: string): readonly string[] {
  return bySequence.get(bareCodePoints(base)) ?? [];
}

const bySequence = new Map<string, string[]>();
for (const { slug, emoji } of articleCategories) {
  for (const character of emoji) {
    const key = bareCodePoints(codePointsOf(character));
    bySequence.set(key, [...(bySequence.get(key) ?? []), slug]);
  }
}

/** The title of a category; of one that is not known, such as one that a later version knows, its slug in words. */
export function categoryTitle(slug: string): string {
  return articleCategories.find((category) => category.slug === slug)?.title ?? slug.replaceAll('-', ' ');
}

/** The emoji of a category as the table has them. */
export function emojiOf({ emoji }: Category, table: EmojiTable) {
  return emoji.map((character) => table.byCodePoints(codePointsOf(character))!);
}
