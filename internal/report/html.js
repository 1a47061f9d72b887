(function () {
  "use strict";
  var total = 0;
  var rules = [].slice.call(document.querySelectorAll(".rule")).map(function (el) {
    var count = el.querySelector(".count"), n = el.lastElementChild.childElementCount;
    total += n;
    return { el: el, severity: el.dataset.severity, kind: el.dataset.kind, count: count, items: null, text: null, n: n, of: n, word: count.textContent };
  });
  var tools = document.getElementById("tools"), partial = document.getElementById("partial");
  var byState = false, choice = null, timer = 0, later = 0;

  // The places of a rule, read once. Their texts are read when they are first searched.
  function items(r) {
    if (!r.items) {
      r.items = [].map.call(r.el.lastElementChild.children, function (el) {
        return { el: el, severity: el.getAttribute("data-severity") || r.severity, state: el.getAttribute("data-state") || "new", text: null, fits: true };
      });
    }
    return r.items;
  }
  function text(r, i) {
    if (i.text === null) {
      if (r.text === null) r.text = (r.el.firstElementChild.textContent + " " + r.el.children[1].textContent + " ").toLowerCase();
      i.text = r.text;
      for (var c = i.el.firstElementChild; c; c = c.nextElementSibling) if (c.tagName === "P") i.text += c.textContent.toLowerCase() + " ";
    }
    return i.text;
  }
  // Texts are read ahead while nothing else is to be done.
  function readAhead(n) {
    var end = Date.now() + 12;
    for (; n < rules.length && Date.now() < end; n++) items(rules[n]).forEach(function (i) { text(rules[n], i); });
    if (n < rules.length) setTimeout(readAhead, 4, n);
  }

  function boxes(name) { return [].slice.call(tools.querySelectorAll('input[name="' + name + '"]')); }
  function chosen(name) { return boxes(name).filter(function (b) { return b.checked; }).map(function (b) { return b.value; }); }
  function has(list, word) { return list.indexOf(word) >= 0; }

  // Marks what fits, in one pass. A folded rule hides its places when it is opened.
  function apply() {
    choice = { severity: chosen("severity"), kind: chosen("kind"), state: chosen("state"), words: tools.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean) };
    var shown = 0;
    rules.forEach(function (r) {
      var n = 0, kind = has(choice.kind, r.kind);
      items(r).forEach(function (i) {
        i.fits = kind && has(choice.severity, i.severity) && (!byState || has(choice.state, i.state)) &&
          choice.words.every(function (w) { return text(r, i).indexOf(w) >= 0; });
        if (i.fits) n++;
      });
      if (r.el.hidden !== (n === 0)) r.el.hidden = n === 0;
      if (r.el.open) hide(r);
      if (r.n !== n && r.of > 1) r.count.textContent = n === r.of ? r.word : n + " of " + r.word;
      r.n = n;
      shown += n;
    });
    tell(shown);
  }
  function tell(shown) {
    document.getElementById("shown").textContent = shown + " of " + total + " shown";
    partial.hidden = shown === total;
    partial.textContent = "Filtered: " + shown + " of " + total + " entries are shown.";
  }
  function hide(r) { r.items.forEach(function (i) { if (i.el.hidden === i.fits) i.el.hidden = !i.fits; }); }

  // The filters stand in the address: a link shows what the page shows.
  function toHash() {
    var parts = [];
    ["severity", "kind", "state"].forEach(function (name) {
      if (boxes(name).some(function (b) { return b.checked !== b.defaultChecked; })) parts.push(name + "=" + chosen(name).join(","));
    });
    if (tools.elements.text.value) parts.push("text=" + encodeURIComponent(tools.elements.text.value));
    try { history.replaceState(null, "", parts.length ? "#" + parts.join("&") : location.pathname + location.search); } catch (e) { /* a page without an address */ }
  }
  function fromHash(hash) {
    var given = {};
    hash.split("&").forEach(function (part) {
      var at = part.indexOf("=");
      try { given[part.slice(0, at)] = decodeURIComponent(part.slice(at + 1)); } catch (e) { /* not an address of ours */ }
    });
    tools.reset();
    ["severity", "kind", "state"].forEach(function (name) {
      if (given[name] !== undefined) boxes(name).forEach(function (b) { b.checked = has(given[name].split(","), b.value); });
    });
    if (given.text) tools.elements.text.value = given.text;
    apply();
  }
  function filtered() { apply(); clearTimeout(later); later = setTimeout(toHash, 300); }

  // A jump to a finding shows it, whatever is filtered or folded.
  function jump() {
    var hash = location.hash.slice(1), el = null;
    if (/^(severity|kind|state|text)=/.test(hash)) { if (tools) fromHash(hash); return; }
    try { el = hash && document.getElementById(decodeURIComponent(hash)); } catch (e) { return; }
    if (!el || !el.closest(".rule, details")) return;
    var li = el.closest("li");
    if (tools && el.closest("[hidden]") || li && rules.some(function (r) { return r.el.contains(li) && items(r).some(function (i) { return i.el === li && !i.fits; }); })) {
      boxes("severity").concat(boxes("kind"), boxes("state")).forEach(function (b) { b.checked = true; });
      tools.elements.text.value = "";
      apply();
    }
    for (var d = el.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    var frame = li && li.querySelector("pre");
    if (frame) unfold(frame, true);
    (li || el).tabIndex = -1;
    (li || el).focus({ preventScroll: true });
    (li || el).scrollIntoView({ block: "center" });
  }

  // Buttons that copy, made when a rule is opened.
  function button(label, value) {
    var b = document.createElement("button");
    b.type = "button"; b.className = "copies"; b.textContent = label;
    b.dataset.copy = value;
    return b;
  }
  function copies(r) {
    if (r.copies) return;
    r.copies = true;
    items(r).forEach(function (i) {
      var at = i.el.querySelector(".path"), p = i.el.firstElementChild;
      if (i.el.id) {
        var a = document.createElement("a");
        a.href = "#" + encodeURIComponent(i.el.id); a.className = "self"; a.textContent = "#";
        a.setAttribute("aria-label", "Link to " + at.textContent);
        p.append(" ", a);
      }
      p.append(" ", button("copy", at.textContent));
      p.lastChild.setAttribute("aria-label", "Copy " + at.textContent);
      if (i.el.lastElementChild.tagName === "PRE") {
        var b = document.createElement("button");
        b.type = "button"; b.className = "code"; b.textContent = "code";
        b.setAttribute("aria-label", "Code at " + at.textContent);
        b.setAttribute("aria-expanded", i.el.lastElementChild.className === "open");
        p.append(" ", b);
      }
    });
  }
  [].forEach.call(document.querySelectorAll("code.copy"), function (c) { c.after(" ", button("copy", c.textContent)); });
  function copy(b) {
    function done(word) { var was = "copy"; b.textContent = word; setTimeout(function () { b.textContent = was; }, 1500); }
    function old() {
      var area = document.createElement("textarea");
      area.value = b.dataset.copy; area.setAttribute("readonly", ""); area.className = "off";
      document.body.append(area); area.select();
      var ok = document.execCommand("copy");
      area.remove(); b.focus(); done(ok ? "copied" : "not copied");
    }
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(b.dataset.copy).then(function () { done("copied"); }, old);
    else old();
  }

  // Frames are folded where a script can unfold them.
  document.documentElement.className = total > 1000 ? "folds" : "folds prints";
  function unfold(pre, open) {
    pre.className = open ? "open" : "";
    var b = pre.parentElement.querySelector("button.code");
    if (b) b.setAttribute("aria-expanded", open);
    if (open) reach(pre);
  }

  // Only a frame or a table that overflows takes the focus, to be scrolled with the keyboard.
  function reach(el) {
    var over = el.scrollWidth > el.clientWidth, named = el.tagName === "NAV";
    if (over) el.tabIndex = 0; else el.removeAttribute("tabindex");
    if (over && !named) { el.setAttribute("role", "group"); el.setAttribute("aria-label", el.tagName === "PRE" ? "Code" : "Table"); }
    if (!over && !named) { el.removeAttribute("role"); el.removeAttribute("aria-label"); }
  }
  function reachIn(el) { [].forEach.call(el.querySelectorAll("pre.open"), reach); }
  function reachAll() {
    rules.forEach(function (r) { if (r.el.open) reachIn(r.el); });
    [].forEach.call(document.querySelectorAll(".wide, .problem pre"), function (el) { if (!el.closest("details:not([open])")) reach(el); });
  }

  document.addEventListener("toggle", function (e) {
    if (!e.target.open) return;
    [].forEach.call(e.target.querySelectorAll(".wide"), reach);
    rules.some(function (r) {
      if (r.el !== e.target) return false;
      items(r); hide(r); copies(r); reachIn(r.el);
      return true;
    });
  }, true);
  document.addEventListener("click", function (e) {
    var b = e.target.closest("button[data-copy]"), f = e.target.closest("a[data-file]");
    if (b) copy(b);
    if (e.target.className === "code" && e.target.tagName === "BUTTON") {
      var pre = e.target.closest("li").lastElementChild;
      unfold(pre, pre.className !== "open");
    }
    if (f && tools) {
      e.preventDefault();
      tools.reset();
      tools.elements.text.value = f.dataset.file;
      filtered();
      tools.scrollIntoView();
    }
  });
  window.addEventListener("resize", function () { clearTimeout(timer); timer = setTimeout(reachAll, 200); });
  window.addEventListener("hashchange", jump);

  // A page that is not too long is printed unfolded.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    if (total > 1000) return;
    unfolded = rules.filter(function (r) { return !r.el.open && !r.el.hidden; });
    unfolded.forEach(function (r) { items(r); hide(r); r.el.open = true; });
  });
  window.addEventListener("afterprint", function () { unfolded.forEach(function (r) { r.el.open = false; }); });

  rules.forEach(function (r) { if (r.el.open) copies(r); });
  if (tools) {
    byState = boxes("state").length > 0;
    tools.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(filtered, 40); });
    tools.addEventListener("submit", function (e) { e.preventDefault(); });
    tools.addEventListener("reset", function () { setTimeout(filtered, 0); });
    tools.hidden = false;
    if (byState) apply(); else tell(total);
    setTimeout(readAhead, 50, 0);
  }
  jump();
  requestAnimationFrame(reachAll);
})();
