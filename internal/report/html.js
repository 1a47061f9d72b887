(function () {
  "use strict";
  var tools = document.getElementById("tools");
  var findings = Array.prototype.slice.call(document.querySelectorAll(".finding"));
  if (!tools || findings.length < 2) return;
  var files = Array.prototype.slice.call(document.querySelectorAll(".file"));
  var texts = findings.map(function (f) { return (f.dataset.path + " " + f.textContent).toLowerCase(); });
  function chosen(name) {
    var boxes = tools.querySelectorAll('input[name="' + name + '"]:checked');
    return Array.prototype.map.call(boxes, function (b) { return b.value; });
  }
  function apply() {
    var severities = chosen("severity"), kinds = chosen("kind"), states = chosen("state"), shown = 0;
    var byState = tools.querySelector('input[name="state"]') !== null;
    var words = tools.elements.text.value.toLowerCase().split(/\s+/);
    findings.forEach(function (f, i) {
      var fits = severities.indexOf(f.dataset.severity) >= 0 && kinds.indexOf(f.dataset.kind) >= 0 &&
        (!byState || states.indexOf(f.dataset.state) >= 0) &&
        words.every(function (w) { return texts[i].indexOf(w) >= 0; });
      f.hidden = !fits;
      if (fits) shown++;
    });
    files.forEach(function (s) { s.hidden = !s.querySelector(".finding:not([hidden])"); });
    document.getElementById("shown").textContent = shown + " of " + findings.length + " shown";
    var partial = document.getElementById("partial");
    partial.hidden = shown === findings.length;
    partial.textContent = "Filtered: " + shown + " of " + findings.length + " entries are shown.";
  }
  tools.addEventListener("input", apply);
  tools.addEventListener("submit", function (e) { e.preventDefault(); });
  tools.hidden = false;
  apply();
})();
