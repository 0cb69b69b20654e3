// A process with what profiles have to find: node subject.cjs hot|leak|steady|block
/* global performance */
const kind = process.argv[2];
const held = new Map();
let made = 0;

class LeakedThing {
  constructor(n) {
    this.name = `thing ${n}`;
  }
}

class PassingThing extends LeakedThing {}

/** The only one that takes time. */
function burnBrightly(ms) {
  const end = performance.now() + ms;
  let sum = 0;
  while (performance.now() < end) for (let n = 0; n < 10_000; n++) sum += Math.sqrt(n);
  return sum;
}

const DOES = {
  hot: () => burnBrightly(15),
  leak: () => {
    // Mostly in lists that never grow, so that memory grows evenly.
    held.set(
      made,
      Array.from({ length: 2_000 }, () => new LeakedThing(made++)),
    );
  },
  // As many are let go as are made.
  steady: () => {
    for (let n = 0; n < 200; n++) {
      held.set(made, new PassingThing(made));
      held.delete(made++ - 5_000);
    }
  },
  block: () => burnBrightly(120),
};

// The one that is steady begins with as many as it will always have.
if (kind === 'steady') for (let n = 0; n < 50; n++) DOES.steady();
setInterval(() => DOES[kind](), 20);
console.log('ready');
