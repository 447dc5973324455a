// gst-rtc: the keys of a browser by the names that X11 and GStreamer know
// SPDX-License-Identifier: LGPL-2.1-or-later

const NAMED = {
  " ": "space",
  AltGraph: "ISO_Level3_Shift",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  ArrowUp: "Up",
  Backspace: "BackSpace",
  CapsLock: "Caps_Lock",
  ContextMenu: "Menu",
  Enter: "Return",
  NumLock: "Num_Lock",
  PageDown: "Page_Down",
  PageUp: "Page_Up",
  PrintScreen: "Print",
  ScrollLock: "Scroll_Lock",
};
const SIDED = { Shift: "Shift", Control: "Control", Alt: "Alt", Meta: "Super" };
const SAME = new Set(["Tab", "Home", "End", "Insert", "Delete", "Escape", "Pause",
  ...Array.from({ length: 24 }, (_, i) => `F${i + 1}`)]);
const SIGNS = new Map([..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"].map((sign, i) => [sign, [
  "exclam", "quotedbl", "numbersign", "dollar", "percent", "ampersand", "apostrophe", "parenleft", "parenright", "asterisk",
  "plus", "comma", "minus", "period", "slash", "colon", "semicolon", "less", "equal", "greater", "question", "at",
  "bracketleft", "backslash", "bracketright", "asciicircum", "underscore", "grave", "braceleft", "bar", "braceright",
  "asciitilde"][i]]));

/** @returns {string|null} null for what is no key of its own, such as a step of an input method */
export function keyName({ key, location }) {
  if (Object.hasOwn(SIDED, key)) {
    return `${SIDED[key]}_${location === KeyboardEvent.DOM_KEY_LOCATION_RIGHT ? "R" : "L"}`;
  }
  if (Object.hasOwn(NAMED, key) || SAME.has(key)) {
    return NAMED[key] ?? key;
  }
  if ([...key].length !== 1) {
    return null;
  }
  return SIGNS.get(key) ?? (/[a-z0-9]/i.test(key) ? key : `U${key.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
}
