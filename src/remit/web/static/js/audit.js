// Checks an entry in this browser, without asking the server: the leaf, the path of RFC 9162 (2.1.3.2),
// the root in the signed checkpoint, the checkpoint's signature, and the payload's digest.
(function () {
  "use strict";
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (x) => parseInt(x, 16));
  const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  const plain = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const utf8 = (text) => new TextEncoder().encode(text);
  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    parts.forEach((p) => { all.set(p, at); at += p.length; });
    return all;
  };
  const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const node = (left, right) => sha(Uint8Array.of(1), left, right);

  // The side of each sibling follows from index and size, so that the server cannot choose it.
  async function climb(leaf, index, size, path, passed) {
    let at = index, last = size - 1, hash = leaf;
    if (index >= size) return null;
    for (const [i, sibling] of path.entries()) {
      if (last === 0) return null;
      if (at % 2 === 1 || at === last) {
        hash = await node(bytes(sibling), hash);
        while (at % 2 === 0 && at !== 0) { at /= 2; last = Math.floor(last / 2); }
      } else {
        hash = await node(hash, bytes(sibling));
      }
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
      passed(i);
    }
    return last === 0 ? hash : null;
  }

  // A C2SP signed note: origin, size, root in base64, an empty line, then "— <origin> <base64 of key hash and signature>".
  async function signed(note, key) {
    const end = note.indexOf("\n\n");
    const [origin, size, root] = note.slice(0, end).split("\n");
    const said = { size: Number(size), root: hex(plain(root)), signature: null };
    try {
      const der = plain(key);
      const imported = await crypto.subtle.importKey("spki", der, "Ed25519", false, ["verify"]);
      const name = (await sha(utf8(origin + "\n"), Uint8Array.of(1), der.slice(-32))).slice(0, 4);
      said.signature = false;
      for (const line of note.slice(end + 2).trim().split("\n")) {
        const [, who, marked] = /^— (\S+) (\S+)$/.exec(line) || [];
        if (who !== origin) continue;
        const raw = plain(marked);
        if (hex(raw.slice(0, 4)) !== hex(name)) continue;
        said.signature = await crypto.subtle.verify("Ed25519", imported, raw.slice(4), utf8(note.slice(0, end + 1)));
      }
    } catch (e) {
      if (e.name !== "NotSupportedError") said.signature = false;
    }
    return said;
  }

  async function check(m, steps) {
    const leaf = await sha(Uint8Array.of(0), utf8(m.leaf));
    const marks = (li) => li && li.classList.add("ok");
    marks(steps[0]);
    const root = await climb(leaf, m.index, m.size, m.path, (i) => marks(steps[i + 1]));
    const note = await signed(m.note, m.key);
    const reached = root !== null && hex(root) === note.root && note.root === m.root && note.size === m.size;
    const end = steps[steps.length - 1];
    end.classList.add(reached ? "ok" : "bad");
    const found = [[reached, reached ? "The path ends at the root of the checkpoint" : "The path does not end at the root of the checkpoint"]];
    if (m.payload) {
      const same = hex(await sha(utf8(m.payload))) === m.payload_sha256 && JSON.parse(m.leaf).payload_sha256 === m.payload_sha256;
      found.push([same, same ? "The payload has the digest that the leaf names" : "The payload is not what the leaf names"]);
    }
    found.push(note.signature === null
      ? [null, "This browser cannot check Ed25519 signatures; remit ledger verify can"]
      : [note.signature, note.signature ? "The checkpoint’s signature fits the key" : "The checkpoint’s signature does not fit the key"]);
    return found;
  }

  const mark = (good) => {
    const span = document.createElement("span");
    span.className = `rm-mark ${good === null ? "none" : good ? "ok" : "bad"}`;
    return span;
  };

  async function verify() {
    const data = document.getElementById("material");
    const verdict = document.getElementById("verdict");
    if (!data || !verdict) return;
    const say = (good, text) => {
      verdict.classList.toggle("none", good === null);
      verdict.replaceChildren(mark(good), document.createTextNode(text));
    };
    if (!window.crypto || !crypto.subtle) { say(null, "Needs HTTPS, or this machine’s own address"); return; }
    const steps = Array.from(document.querySelectorAll("#proof li"));
    steps.forEach((li) => li.classList.remove("ok", "bad"));
    const started = performance.now();
    let found;
    try { found = await check(JSON.parse(data.textContent), steps); } catch (e) { found = [[false, "The proof cannot be read"]]; }
    const good = found.every(([ok]) => ok !== false);
    document.getElementById("checks").replaceChildren(...found.map(([ok, text]) => {
      const li = document.createElement("li");
      li.append(mark(ok), document.createTextNode(text));
      return li;
    }));
    say(good, `${good ? "Proof holds" : "Proof fails"}, ${(performance.now() - started).toFixed(0)} ms`);
  }

  // On a narrow screen the entry stands below the list.
  const show = () => {
    if (window.matchMedia("(max-width: 1180px)").matches) document.getElementById("entry").scrollIntoView();
  };
  document.addEventListener("htmx:afterSwap", (e) => { if (e.target.id === "entry") show(); });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-verify]")) { show(); verify(); }
    const entry = e.target.closest("[data-entry]");
    if (entry) document.querySelectorAll("[data-entry]").forEach((a) => {
      if (a === entry) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
    });
  });
})();
