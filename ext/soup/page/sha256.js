// gst-rtc: SHA-256 of what comes piece by piece (FIPS 180-4)
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// crypto.subtle wants all of it at once, and a page that came over https.

function firstPrimes(count) {
  const primes = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) {
      primes.push(n);
    }
  }
  return primes;
}

/** The first 32 bits of what is behind the point. */
function fraction(number) {
  return Math.floor((number - Math.floor(number)) * 2 ** 32);
}

const CONSTANTS = Int32Array.from(firstPrimes(64), (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(firstPrimes(8), (prime) => fraction(Math.sqrt(prime)));
const BLOCK = 64; // bytes

function turn(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

export class Sha256 {
  #state = Int32Array.from(START);
  #words = new Int32Array(64);
  #rest = new Uint8Array(BLOCK); // of the block that is not full yet
  #length = 0;

  /** @param {Uint8Array} bytes */
  update(bytes) {
    let offset = 0;
    const filled = this.#length % BLOCK;
    this.#length += bytes.length;
    if (filled > 0) {
      offset = Math.min(BLOCK - filled, bytes.length);
      this.#rest.set(bytes.subarray(0, offset), filled);
      if (filled + offset < BLOCK) {
        return;
      }
      this.#take(this.#rest, 0);
    }
    for (; offset + BLOCK <= bytes.length; offset += BLOCK) {
      this.#take(bytes, offset);
    }
    this.#rest.set(bytes.subarray(offset));
  }

  /** Once, at the end: in hexadecimal. */
  digest() {
    const bits = this.#length * 8;
    const padding = new Uint8Array((this.#length % BLOCK < 56 ? 56 : 120) - this.#length % BLOCK + 8);
    padding[0] = 0x80;
    const end = new DataView(padding.buffer, padding.length - 8);
    end.setUint32(0, Math.floor(bits / 2 ** 32));
    end.setUint32(4, bits >>> 0);
    this.update(padding);
    return [...this.#state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #spread(bytes, offset) {
    const words = this.#words;
    for (let i = 0; i < 16; i++, offset += 4) {
      words[i] = (bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3];
    }
    for (let i = 16; i < 64; i++) {
      const near = words[i - 2];
      const far = words[i - 15];
      words[i] = (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10)) + words[i - 7]
        + (turn(far, 7) ^ turn(far, 18) ^ (far >>> 3)) + words[i - 16];
    }
  }

  #take(bytes, offset) {
    const state = this.#state;
    const words = this.#words;
    let [a, b, c, d, e, f, g, h] = state;
    this.#spread(bytes, offset);
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + CONSTANTS[i] + words[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}
