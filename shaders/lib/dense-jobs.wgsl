// Many matrices times vectors of each picture in one launch. What a workgroup does stands in `jobs`: 4·QUADS results, each the sum
// of some products; invocation (q, k) sums every PARTS-th input for 4 of them, then the partial sums are added in order.
//
// Of the kernel: the overrides QUADS (blocks of 4 results in a workgroup) and PARTS (parts in which the inputs are summed), the
// bindings jobs and weights, whose matrices are [inputs][results/4][4] each, the function input_at(product, picture, i), and a
// workgroup of QUADS × PARTS.
var<workgroup> dense_parts: array<vec4f, QUADS * PARTS>;

// Two vec4 for each workgroup.
struct Job {
  // The first block of results that it makes, and how many results there are in all.
  quad: u32,
  out: u32,
  // Where those of the first picture lie, and how far those of the next.
  y: u32,
  stride: u32,
  // Where its products stand in `jobs`, and how many there are.
  first: u32,
  products: u32,
  // The kernel's.
  own: vec2u,
}

// A vec4, behind those of all workgroups.
struct Product {
  // Where the matrix lies, in vec4, and how many inputs it has.
  weights: u32,
  into: u32,
  // Where the inputs lie, as the kernel takes it.
  x: vec2u,
}

fn job_of(group: u32) -> Job {
  let a = jobs[2u * group];
  let b = jobs[2u * group + 1u];
  return Job(a.x, a.y, a.z, a.w, b.x, b.y, b.zw);
}

fn product_of(index: u32) -> Product {
  let a = jobs[index];
  return Product(a.x, a.y, a.zw);
}

// Four results from 4·(job.quad + local.x) on, whole where local.y is 0; zero beyond the last.
fn dense(local: vec3u, job: Job, picture: u32) -> vec4f {
  let quad = job.quad + local.x;
  let columns = (job.out + 3u) / 4u;
  var sum = vec4f(0);
  if (quad < columns) {
    for (var k = 0u; k < job.products; k++) {
      let product = product_of(job.first + k);
      let first = product.weights + quad;
      var i = local.y;
      // Four at a time, so that their loads are on their way together.
      for (; i + 3u * PARTS < product.into; i += 4u * PARTS) {
        let w0 = weights[first + i * columns];
        let w1 = weights[first + (i + PARTS) * columns];
        let w2 = weights[first + (i + 2u * PARTS) * columns];
        let w3 = weights[first + (i + 3u * PARTS) * columns];
        let x0 = input_at(product, picture, i);
        let x1 = input_at(product, picture, i + PARTS);
        let x2 = input_at(product, picture, i + 2u * PARTS);
        let x3 = input_at(product, picture, i + 3u * PARTS);
        sum += w0 * x0;
        sum += w1 * x1;
        sum += w2 * x2;
        sum += w3 * x3;
      }
      for (; i < product.into; i += PARTS) { sum += weights[first + i * columns] * input_at(product, picture, i); }
    }
  }
  dense_parts[local.y * QUADS + local.x] = sum;
  workgroupBarrier();
  if (local.y == 0u) {
    for (var k = 1u; k < PARTS; k++) { sum += dense_parts[k * QUADS + local.x]; }
  }
  return sum;
}
