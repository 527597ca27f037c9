// For `node --import`: a process whose clock is wrong by CLOCK_SHIFT_MS. What counts elapsed time is not touched,
// as with a machine whose clock is set.
const shift = Number(process.env.CLOCK_SHIFT_MS);
const real = Date;

globalThis.Date = class extends real {
  constructor(...given) {
    if (given.length === 0) super(real.now() + shift);
    else super(...given);
  }

  static now() {
    return real.now() + shift;
  }
};
