// gst-rtc: what comes, on the screen
// SPDX-License-Identifier: LGPL-2.1-or-later

function isSame(tracks, others) {
  return tracks.length === others.length && tracks.every((track) => others.includes(track));
}

/** The tiles of one peer: one for each picture, all sound in the first; sound alone gets a tile, too. */
function tilesOf({ name, tracks }) {
  const pictures = tracks.filter(({ kind }) => kind === "video");
  const sound = tracks.filter(({ kind }) => kind === "audio");
  const groups = pictures.length > 0 ? pictures.map((picture, i) => i === 0 ? [picture, ...sound] : [picture])
    : sound.length > 0 ? [sound] : [];
  return groups.map((group) => ({ name, tracks: group }));
}

/** One <video> for each picture. */
export class Screens {
  #container;
  #events; // onFrame (time), onPlaying (), onBlocked ()
  #hasSound = false;
  muted = true;

  constructor(container, events) {
    this.#container = container;
    this.#events = events;
  }

  get hasSound() {
    return this.#hasSound;
  }

  get videos() {
    return [...this.#container.querySelectorAll("video")];
  }

  /**
   * Nothing leaves the last picture as it is, until something comes.
   * @param {{name: string, tracks: MediaStreamTrack[]}[]} peers
   */
  show(peers) {
    const tiles = peers.flatMap(tilesOf);
    this.#hasSound = peers.some(({ tracks }) => tracks.some(({ kind }) => kind === "audio"));
    if (tiles.length === 0) {
      return;
    }
    const videos = this.#provide(tiles.length);
    const isShown = ({ tracks }) => videos.some((video) => isSame(video.srcObject?.getTracks() ?? [], tracks));
    const fresh = tiles.filter((tile) => !isShown(tile));
    videos.filter((video) => !tiles.some(({ tracks }) => isSame(video.srcObject?.getTracks() ?? [], tracks)))
      .forEach((video, i) => this.#fill(video, fresh[i].tracks));
    this.#name(tiles, peers.length > 1);
    const columns = Math.ceil(Math.sqrt(tiles.length));
    this.#container.style.setProperty("--columns", columns);
    this.#container.style.setProperty("--rows", Math.ceil(tiles.length / columns));
  }

  /** When there will be nothing to see. */
  clear() {
    this.#hasSound = false;
    this.#container.replaceChildren();
  }

  play() {
    this.videos.forEach((video) => this.#play(video));
  }

  setMuted(muted) {
    this.muted = muted;
    this.videos.forEach((video) => (video.muted = muted));
    this.play();
  }

  /** Those whose tracks have gone make room. */
  #provide(count) {
    const gone = (video) => (video.srcObject?.getTracks() ?? []).some((track) => track.readyState === "ended" || track.muted);
    while (this.videos.length > count) {
      (this.videos.findLast(gone) ?? this.videos.at(-1)).parentElement.remove();
    }
    while (this.videos.length < count) {
      const tile = document.createElement("div");
      tile.append(this.#createVideo(), document.createElement("span"));
      tile.className = "tile";
      this.#container.append(tile);
    }
    return this.videos;
  }

  #createVideo() {
    const video = document.createElement("video");
    video.autoplay = true;
    video.playsInline = true;
    video.setAttribute("aria-label", "Live video");
    video.onplaying = () => this.#events.onPlaying();
    video.requestVideoFrameCallback?.((now) => this.#events.onFrame(now));
    return video;
  }

  #fill(video, tracks) {
    video.srcObject = new MediaStream(tracks);
    video.muted = this.muted;
    this.#play(video);
  }

  /** Names tell several members apart. */
  #name(tiles, areNamed) {
    for (const video of this.videos) {
      const tile = tiles.find(({ tracks }) => isSame(video.srcObject.getTracks(), tracks));
      const caption = areNamed ? tile?.name ?? "" : "";
      video.nextElementSibling.textContent = caption;
      video.nextElementSibling.hidden = caption === "";
    }
  }

  #play(video) {
    video.play().catch((error) => {
      if (error.name === "NotAllowedError") {
        this.#events.onBlocked();
      }
    });
  }
}
