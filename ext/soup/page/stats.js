// gst-rtc: how the page shows figures about its connections
// SPDX-License-Identifier: LGPL-2.1-or-later

const HISTORY = 60; // samples, one per second

const unknown = "–";

function inWords(value, scale, unit, digits = 0) {
  return Number.isFinite(value) ? `${(value * scale).toFixed(digits)} ${unit}` : unknown;
}

function bitrateInWords(bitrate) {
  return bitrate >= 1e6 ? inWords(bitrate, 1e-6, "Mbit/s", 2) : inWords(bitrate, 1e-3, "kbit/s");
}

function streamRows(stream, title) {
  const rows = [[title], ["Codec", stream.codec || unknown]];
  if (stream.kind === "video") {
    rows.push(["Resolution", stream.width ? `${stream.width} × ${stream.height}` : unknown]);
    rows.push(["Frame rate", inWords(stream.frameRate, 1, "fps")]);
  }
  rows.push(["Bitrate", bitrateInWords(stream.bitrate)]);
  rows.push(["Packet loss", inWords(stream.loss, 100, "%", 1)]);
  if (!stream.isSent) {
    rows.push(["Jitter buffer", inWords(stream.delay, 1000, "ms")]);
  } else if (stream.limit !== "none") {
    rows.push(["Held back by", stream.limit]);
  }
  return rows;
}

function memberRows(member) {
  const count = {};
  const pictureFirst = [...member.streams].sort((a, b) => b.kind.localeCompare(a.kind));
  return pictureFirst.flatMap((stream) => {
    const name = (stream.isSent ? "Sent " : "") + (stream.kind === "video" ? "video" : "audio");
    count[name] = (count[name] ?? 0) + 1;
    const title = name[0].toUpperCase() + name.slice(1);
    return streamRows(stream, count[name] > 1 ? `${title} ${count[name]}` : title);
  });
}

/** One row per figure: [name, value], or [title]. */
function rowsOf({ members }, firstFrame) {
  return members.flatMap((member, i) => [
    ...memberRows(member),
    [members.length > 1 ? `Connection to ${member.name}` : "Connection"],
    ["Round trip", inWords(member.roundTrip, 1000, "ms", 1)],
    ...(i === 0 && Number.isFinite(firstFrame) ? [["First frame", inWords(firstFrame, 1, "ms")]] : []),
    ["Server", member.remote], ["Here", `${member.local} ${member.protocol}`],
  ]);
}

function element(name, text, className = "") {
  const result = document.createElement(name);
  result.textContent = text;
  result.className = className;
  return result;
}

/** A curve per series over the last minute, each on a scale of its own. */
class Plot {
  #canvas;
  #series;

  constructor(canvas) {
    const style = getComputedStyle(document.documentElement);
    this.#canvas = canvas;
    this.#series = [
      { color: style.getPropertyValue("--bitrate"), format: bitrateInWords, align: "left", values: [] },
      { color: style.getPropertyValue("--delay"), format: (value) => inWords(value, 1000, "ms"), align: "right",
        values: [] },
    ];
  }

  add(...values) {
    this.#series.forEach((series, i) => {
      series.values.push(values[i]);
      series.values.splice(0, series.values.length - HISTORY);
    });
  }

  draw() {
    const scale = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    const context = this.#canvas.getContext("2d");
    context.scale(scale, scale);
    context.font = "11px system-ui, sans-serif";
    this.#drawGrid(context, width, height);
    this.#series.forEach((series) => this.#drawSeries(context, series, width, height));
  }

  #drawGrid(context, width, height) {
    context.strokeStyle = "rgb(255 255 255 / 12%)";
    context.beginPath();
    for (const y of [16.5, (16 + height) / 2, height - 0.5]) {
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(width, Math.round(y) + 0.5);
    }
    context.stroke();
  }

  #drawSeries(context, { color, format, align, values }, width, height) {
    const known = values.filter(Number.isFinite);
    if (known.length === 0) {
      return;
    }
    const top = Math.max(...known) || 1;
    context.strokeStyle = color;
    context.fillStyle = color;
    context.textAlign = align;
    context.fillText(format(top), align === "left" ? 0 : width, 10);
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.beginPath();
    values.forEach((value, i) => {
      if (Number.isFinite(value)) {
        const x = width * (HISTORY - values.length + i) / (HISTORY - 1);
        context.lineTo(x, height - 2 - (value / top) * (height - 20));
      }
    });
    context.stroke();
  }
}

/** The panel's content. It costs nothing but memory for a minute of samples while it is hidden. */
export class Figures {
  #figures;
  #section;
  #plot;
  #last = null;

  constructor(section) {
    this.#section = section;
    this.#figures = section.querySelector("dl");
    this.#plot = new Plot(section.querySelector("canvas"));
  }

  /** @param {object|null} sample what Samplers.sample() gave */
  add(sample, firstFrame) {
    this.#last = { sample, firstFrame };
    this.#plot.add(sample?.bitrate ?? NaN, sample?.delay ?? NaN);
    this.#section.querySelector("#delay-key").textContent = sample?.isRoundTrip ? "round trip" : "jitter buffer";
    this.draw();
  }

  draw() {
    if (this.#section.hidden) {
      return;
    }
    const { sample, firstFrame } = this.#last ?? {};
    const rows = sample ? rowsOf(sample, firstFrame) : [["Not connected"]];
    this.#figures.replaceChildren(...rows.flatMap(([name, value]) => value === undefined
      ? [element("dt", name, "title")]
      : [element("dt", name), element("dd", value)]));
    this.#plot.draw();
  }
}
