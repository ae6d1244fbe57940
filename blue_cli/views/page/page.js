// What the page can do beyond showing: search, filters, deep links into what is folded away, a graph to move in, a theme.
// Works on the dialogue page and on the index. Without it everything is there, unfiltered, and every link works.
//
// Classes it sets, for the style sheet: .viewport.live (the graph moves instead of scrolling), .viewport.dragging,
// .viewport.tracing with .near on the nodes and edges around the one pointed at, .node.out (filtered out).
// Text gets into the page by textContent alone: labels are written by strangers.
(() => {
  "use strict";

  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const element = (name, text = "", className = "") => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  // Letters without case and accents: "Über" is found by "uber".
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
  const FOLDED = "article, .group, tr"; // what a filter hides
  const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);

  // --- deep links ---------------------------------------------------------------------------------------------

  // Shows the thing a link names, whatever hides it: a filter, a folded part.
  function reach(hash, move = true) {
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(hash.slice(1)));
    } catch { /* "%" alone: no id is written so */ }
    if (!target || target.closest("svg")) return;
    for (let node = target; node && node !== document.body; node = node.parentElement) {
      if (node.matches(FOLDED)) node.hidden = false;
      if (node.localName === "details") node.open = true;
    }
    if (target.localName === "details") target.open = true;
    if (!move) return;
    if (!target.matches("a, button, input, [tabindex]")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ behavior: "instant" }); // far away in a long page: nobody wants to watch that
  }

  function followLinks() {
    addEventListener("hashchange", () => reach(location.hash));
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href^='#']");
      if (link && link.getAttribute("href") === location.hash) reach(location.hash); // no hashchange comes of it
    });
    if (location.hash) reach(location.hash);
  }

  // --- the menu: the contents, the search and the filters; open where there is room beside the text ------------

  const menu = one(".menu");
  const room = matchMedia("(min-width: 66rem)");
  function unfold() {
    if (!menu) return;
    const suit = () => { menu.open = room.matches || fields.some(chosen); }; // filters out of the address are to be seen
    suit();
    menu.hidden = false;
    room.addEventListener("change", suit);
    menu.addEventListener("click", (event) => { if (event.target.closest("a")) menu.open = room.matches; });
  }

  // --- filters ------------------------------------------------------------------------------------------------

  const form = one("#filters");
  const search = one("#search");
  const results = one("#results");
  const isIndex = root.dataset.page === "index";
  const things = all(isIndex ? "[data-row]" : "article.entity");
  const chosen = (name) => form?.elements.namedItem(name)?.value ?? "";
  const matches = (data) =>
    (!chosen("kind") || data.kind === chosen("kind")) &&
    (!chosen("status") || (data.status ?? "").split(" ").includes(chosen("status"))) &&
    (!chosen("expert") || (data.experts ?? "").split(" ").includes(chosen("expert")));

  function filter() {
    const words = isIndex ? wordsOf(search?.value ?? "") : [];
    let shown = 0;
    for (const thing of things) {
      thing.hidden = !(matches(thing.dataset) && words.every((word) => textOf(thing).includes(word)));
      if (!thing.hidden) shown += 1;
    }
    const expert = chosen("expert");
    for (const text of all("article.contribution")) {
      text.hidden = Boolean(expert) && !(text.dataset.experts ?? "").split(" ").includes(expert);
    }
    for (const group of all(".group")) group.hidden = !one("article.entity:not([hidden])", group);
    for (const node of all("svg .node[data-id]")) {
      node.classList.toggle("out", document.getElementById(node.dataset.id)?.hidden ?? false);
    }
    say(shown === things.length ? `${shown} in all` : `${shown} of ${things.length} shown`);
    remember();
  }

  const texts = new Map(); // of the index's rows, folded once
  function textOf(thing) {
    if (!texts.has(thing)) texts.set(thing, fold(thing.textContent));
    return texts.get(thing);
  }

  const say = (text) => {
    const count = one("#count");
    if (count && count.textContent !== text) count.textContent = text;
  };

  // The filters stand in the address, so that a filtered page can be sent on. What stands behind # stays what it is.
  const fields = ["kind", "status", "expert", "sort"];
  function remember() {
    const query = new URLSearchParams(fields.map((name) => [name, chosen(name)]).filter(([, value]) => value));
    if (`?${query}` === (location.search || "?")) return;
    try {
      history.replaceState(null, "", `${query.size ? `?${query}` : location.pathname}${location.hash}`);
    } catch { /* a browser that allows it to no file */ }
  }
  function recall() {
    const query = new URLSearchParams(location.search);
    for (const name of fields) {
      const field = form.elements.namedItem(name);
      const value = query.get(name);
      if (field && value && [...field.options].some((option) => option.value === value)) field.value = value;
    }
  }

  // Rows of the index in another order; the server's own has no value.
  function sort() {
    const key = chosen("sort");
    const upward = key === "title";
    const value = (row) => (key === "title" ? row.dataset.title : Number(row.dataset[key || "order"] ?? -1));
    const order = (a, b) => (value(a) > value(b) ? 1 : value(a) < value(b) ? -1 : 0) || a.dataset.order - b.dataset.order;
    const sorted = [...things].sort((a, b) => (upward || !key ? order(a, b) : order(b, a)));
    things[0]?.parentElement.append(...sorted);
  }

  // --- search -------------------------------------------------------------------------------------------------

  const MOST = 40; // results shown at once
  let indexed = null;
  function index() {
    if (indexed) return indexed;
    const data = JSON.parse(one("#data")?.textContent || "{}");
    indexed = (data.entities ?? []).map((about) => ({
      about: { ...about, experts: (about.experts ?? []).join(" "), text: textFor(about) },
      id: fold(about.id),
      label: fold(about.label ?? ""),
    }));
    for (const entry of indexed) entry.text = fold(entry.about.text);
    return indexed;
  }

  // A card shows how its text begins: with `more` the data has only how that goes on.
  function textFor({ id, text, more }) {
    if (more === undefined) return text ?? "";
    const begun = one(".excerpt", document.getElementById(id) ?? root)?.textContent ?? "";
    return `${begun.replace(/…$/, "")}${more}`;
  }

  // Every word must be found. An id counts more than a label, a label more than a text; 0: not found.
  function rank(entry, words) {
    let sum = 0;
    for (const word of words) {
      if (entry.id === word) sum += 400;
      else if (entry.id.startsWith(word)) sum += 100;
      else if (entry.label.startsWith(word) || entry.label.includes(` ${word}`)) sum += 40;
      else if (entry.label.includes(word)) sum += 20;
      else if (entry.text.includes(word)) sum += 1;
      else return 0;
    }
    return sum;
  }

  function find() {
    const words = wordsOf(search.value);
    if (!words.length) return close();
    const found = [];
    for (const entry of index()) {
      const worth = rank(entry, words);
      if (worth && matches(entry.about)) found.push({ entry, worth });
    }
    found.sort((a, b) => b.worth - a.worth); // a stable sort: in the order of the dialogue where they are worth the same
    results.replaceChildren(...found.slice(0, MOST).map(({ entry }) => result(entry, words)));
    if (found.length > MOST) results.append(element("li", `and ${found.length - MOST} more`, "more"));
    results.hidden = !found.length;
    say(found.length ? `${found.length} found` : "nothing found");
  }

  function result({ about, label, text }, words) {
    const item = element("li");
    const link = element("a");
    link.href = `#${encodeURIComponent(about.id)}`;
    link.dataset.kind = about.kind;
    link.append(element("span", about.id, "id"), " ", element("bdi", about.label ?? "", "label"));
    if (about.status) {
      const status = element("span", about.status, "status");
      status.dataset.status = about.status;
      link.append(" ", status);
    }
    const where = snippet(about.text ?? "", text, words.filter((word) => !label.includes(word)));
    if (where) link.append(where);
    item.append(link);
    return item;
  }

  // The place in a text where the first word stands that the label does not have.
  function snippet(text, folded, words) {
    const word = words.find((each) => folded.includes(each));
    if (!word || folded.length !== text.length) return null; // folding moved the letters: nowhere to point at
    const at = folded.indexOf(word);
    const from = Math.max(0, at - 40);
    const made = element("bdi", "", "snippet");
    made.append(
      `${from ? "…" : ""}${text.slice(from, at)}`,
      element("mark", text.slice(at, at + word.length)),
      `${text.slice(at + word.length, at + 90)}${text.length > at + 90 ? "…" : ""}`,
    );
    return made;
  }

  function close() {
    if (!results || isIndex) return;
    results.hidden = true;
    results.replaceChildren();
    filter();
  }

  function searching() {
    form.hidden = false;
    recall();
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { sort(); close(); filter(); }));
    form.addEventListener("change", (event) => {
      if (event.target === search) return;
      if (event.target.name === "sort") sort();
      filter();
      if (results && !results.hidden) find();
    });
    search?.addEventListener("focus", isIndex ? () => things.forEach(textOf) : index, { once: true });
    search?.addEventListener("input", isIndex ? filter : find);
    if (chosen("sort")) sort();
    filter();
    if (results) {
      results.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
      document.addEventListener("pointerdown", (event) => { if (!results.hidden && !form.contains(event.target)) close(); });
    }
  }

  // --- keys ---------------------------------------------------------------------------------------------------

  function step(event) {
    const open = results && !results.hidden;
    const links = isIndex ? all("[data-row]:not([hidden]) a.title") : open ? all("a", results) : [];
    const at = links.indexOf(document.activeElement);
    if (event.target !== search && at < 0) return;
    if (event.key === "ArrowDown" && links.length) links[Math.min(at + 1, links.length - 1)].focus();
    else if (event.key === "ArrowUp" && at >= 0) (links[at - 1] ?? search).focus();
    else if (event.key === "Home" && at >= 0) links[0].focus();
    else if (event.key === "End" && at >= 0) links.at(-1).focus();
    else if (event.key === "Enter" && at < 0 && links.length) links[0].click();
    else if (event.key === "Escape") leave(open);
    else return;
    event.preventDefault();
  }

  function leave(open) {
    search.focus();
    if (open) return close();
    search.value = "";
    filter();
  }

  function keys() {
    document.addEventListener("keydown", (event) => {
      if (search) step(event);
      const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
      if (event.defaultPrevented || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const help = one("#keys");
      if (event.key === "/" && search && !help?.open) {
        if (menu) menu.open = true;
        search.focus();
        search.select();
      } else if (event.key === "?" && help) {
        if (help.open) help.close();
        else help.showModal();
      } else return;
      event.preventDefault();
    });
    one("#keys")?.addEventListener("click", (event) => {
      if (event.target === event.currentTarget || event.target.closest("button")) event.currentTarget.close();
    });
  }

  // --- the graph ----------------------------------------------------------------------------------------------

  const FLOOR = 0.55; // the smallest scale to begin with: below it nobody can read a label
  function graph(figure) {
    const viewport = one(".viewport", figure);
    const svg = one("svg", viewport ?? figure);
    if (!viewport || !svg) return;
    const whole = svg.viewBox.baseVal;
    const size = { w: whole.width, h: whole.height };
    if (!size.w || !size.h) return;
    const sheet = { width: svg.getAttribute("width"), height: svg.getAttribute("height") };
    let view = { x: 0, y: 0, k: 1 }; // the corner in the drawing's units, and pixels per unit

    const put = (next) => {
      const { clientWidth: w, clientHeight: h } = viewport;
      const k = Math.min(4, Math.max(Math.min(w / size.w, h / size.h, 1) * 0.9, next.k));
      const hold = (at, room, length) => // never out of sight: at least a third of the window shows the drawing
        Math.min(Math.max(at, -room / k / 1.5), length - room / k / 3);
      view = { k, x: hold(next.x, w, size.w), y: hold(next.y, h, size.h) };
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${w / k} ${h / k}`);
    };
    const scale = (by, x = viewport.clientWidth / 2, y = viewport.clientHeight / 2) => {
      const before = view;
      put({ ...view, k: view.k * by });
      put({ k: view.k, x: before.x + x / before.k - x / view.k, y: before.y + y / before.k - y / view.k });
    };
    const shift = (dx, dy) => put({ ...view, x: view.x + dx / view.k, y: view.y + dy / view.k });
    const centre = (k) => put({ k, x: size.w / 2 - viewport.clientWidth / k / 2, y: size.h / 2 - viewport.clientHeight / k / 2 });
    const fit = () => centre(Math.min(viewport.clientWidth / size.w, viewport.clientHeight / size.h));
    const begin = () => {
      viewport.classList.add("live");
      svg.setAttribute("width", "100%");
      svg.setAttribute("height", "100%");
      const across = Math.max(FLOOR, Math.min(1, viewport.clientWidth / size.w));
      viewport.style.height = `${Math.max(160, Math.min(size.h * across + 24, innerHeight * 0.7))}px`; // no taller than it needs
      const k = Math.min(1, viewport.clientWidth / size.w, viewport.clientHeight / size.h);
      if (k >= FLOOR) centre(k);
      else put({ k: Math.max(k, FLOOR), x: 0, y: 0 });
    };
    const flat = () => { // on paper the whole drawing
      viewport.classList.remove("live");
      viewport.style.height = "";
      svg.setAttribute("viewBox", `0 0 ${size.w} ${size.h}`);
      for (const [name, value] of Object.entries(sheet)) value === null ? svg.removeAttribute(name) : svg.setAttribute(name, value);
    };

    begin();
    const tools = one(".tools", figure);
    if (tools) tools.hidden = false;
    for (const button of all("[data-zoom]", figure)) {
      button.addEventListener("click", () => ({ in: () => scale(1.4), out: () => scale(1 / 1.4), fit })[button.dataset.zoom]?.());
    }
    addEventListener("resize", () => put(view));
    addEventListener("beforeprint", flat);
    addEventListener("afterprint", begin);
    viewport.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls on
      event.preventDefault();
      const box = viewport.getBoundingClientRect();
      scale(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    viewport.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const acts = {
        ArrowLeft: () => shift(-60, 0), ArrowRight: () => shift(60, 0), ArrowUp: () => shift(0, -60), ArrowDown: () => shift(0, 60),
        "+": () => scale(1.25), "=": () => scale(1.25), "-": () => scale(0.8), 0: fit,
      };
      if (!Object.hasOwn(acts, event.key)) return;
      event.preventDefault();
      acts[event.key]();
    });
    drag(viewport, shift, scale);
    trace(viewport, (node) => {
      const box = node.getBBox();
      const room = { w: viewport.clientWidth / view.k, h: viewport.clientHeight / view.k };
      const inner = box.x >= view.x && box.y >= view.y && box.x + box.width <= view.x + room.w && box.y + box.height <= view.y + room.h;
      viewport.scrollTo(0, 0); // a browser scrolls to what gets the focus
      if (!inner) put({ ...view, x: box.x + box.width / 2 - room.w / 2, y: box.y + box.height / 2 - room.h / 2 });
    });
  }

  // One pointer moves the drawing, two zoom it. A press that did not move is a click, and goes to the link under it.
  function drag(viewport, shift, scale) {
    const pointers = new Map();
    let travelled = 0;
    const gap = () => {
      const [a, b] = [...pointers.values()];
      return { length: Math.hypot(a.x - b.x, a.y - b.y) || 1, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    };
    viewport.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (!pointers.size) travelled = 0;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    viewport.addEventListener("pointermove", (event) => {
      const last = pointers.get(event.pointerId);
      if (!last) return;
      const before = pointers.size === 2 ? gap() : null;
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      travelled += Math.hypot(dx, dy);
      if (travelled < 5) return; // a hand is never quite still
      viewport.setPointerCapture(event.pointerId); // only now: a captured press never becomes a click on what is under it
      viewport.classList.add("dragging");
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (!before) return shift(-dx, -dy);
      const after = gap();
      const box = viewport.getBoundingClientRect();
      shift(before.x - after.x, before.y - after.y);
      scale(after.length / before.length, after.x - box.left, after.y - box.top);
    });
    const end = (event) => {
      pointers.delete(event.pointerId);
      if (!pointers.size) viewport.classList.remove("dragging");
    };
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) viewport.addEventListener(name, end);
    viewport.addEventListener("pointerleave", (event) => { if (!viewport.hasPointerCapture(event.pointerId)) end(event); });
    viewport.addEventListener("dragstart", (event) => event.preventDefault());
    viewport.addEventListener("click", (event) => { if (travelled >= 5) event.preventDefault(); travelled = 0; }, true);
  }

  // What stands around the node under the pointer, or with the focus.
  function trace(viewport, reveal) {
    const around = new Map();
    for (const edge of all(".edge[data-from]", viewport)) {
      for (const [end, other] of [[edge.dataset.from, edge.dataset.to], [edge.dataset.to, edge.dataset.from]]) {
        if (!around.has(end)) around.set(end, { edges: [], others: new Set() });
        around.get(end).edges.push(edge);
        around.get(end).others.add(other);
      }
    }
    const nodes = new Map(all(".node[data-id]", viewport).map((node) => [node.dataset.id, node]));
    const clear = () => {
      viewport.classList.remove("tracing");
      for (const lit of all(".near", viewport)) lit.classList.remove("near");
    };
    const show = (node) => {
      clear();
      const { edges = [], others = [] } = around.get(node.dataset.id) ?? {};
      viewport.classList.add("tracing");
      for (const lit of [node, ...edges, ...[...others].map((id) => nodes.get(id))]) lit?.classList.add("near");
    };
    const nodeOf = (event) => event.target.closest?.(".node[data-id]");
    const rest = () => { // what has the focus, when the pointer is on nothing: a page that scrolls moves things under it
      const held = one(".node[data-id]:focus-visible", viewport);
      if (held) show(held);
      else clear();
    };
    viewport.addEventListener("pointerover", (event) => {
      const node = nodeOf(event);
      if (node) show(node);
      else rest();
    });
    viewport.addEventListener("pointerleave", rest);
    viewport.addEventListener("focusin", (event) => {
      const node = nodeOf(event);
      if (!node) return;
      show(node);
      if (node.matches(":focus-visible")) reveal(node); // by keys; a drawing that moves under a press is no help
    });
    viewport.addEventListener("focusout", clear);
  }

  // --- theme, paper, where one is -----------------------------------------------------------------------------

  function theme() {
    const button = one("#theme");
    if (!button) return;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
    const tell = () => button.setAttribute("aria-pressed", String(isDark()));
    try {
      const kept = localStorage.getItem("blue-theme");
      if (kept === "dark" || kept === "light") root.dataset.theme = kept;
    } catch { /* no storage for files here */ }
    button.hidden = false;
    tell();
    dark.addEventListener("change", tell);
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      tell();
      try {
        localStorage.setItem("blue-theme", root.dataset.theme);
      } catch { /* as above */ }
    });
  }

  // Paper shows what is folded; what is filtered out, the style sheet shows there.
  function print() {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = all("details:not([open])");
      for (const one of folded) one.open = true;
    });
    addEventListener("afterprint", () => {
      for (const one of folded) one.open = false;
    });
  }

  // Marks the part of the page that is being read in the list of parts.
  function whereabouts() {
    const links = new Map(all("nav a[href^='#']").map((link) => [link.getAttribute("href").slice(1), link]));
    const watch = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) {
        if (isIntersecting) links.get(target.id).setAttribute("aria-current", "true");
        else links.get(target.id).removeAttribute("aria-current");
      }
    }, { rootMargin: "-20% 0px -79% 0px" });
    for (const id of links.keys()) {
      const part = document.getElementById(id);
      if (part) watch.observe(part);
    }
  }

  root.classList.add("scripted");
  theme();
  if (form) searching();
  unfold();
  keys();
  print();
  for (const figure of all("#graph-figure")) graph(figure);
  whereabouts();
  followLinks();
})();
