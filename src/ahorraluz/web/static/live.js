// The page of a home as it is now asks again while it is seen; its pause stays with the visitor.
(function () {
  "use strict";
  var place = document.getElementById("ahora");
  var line = document.querySelector(".renewing");
  if (!place || !line || !window.fetch) return;
  var button = line.querySelector("button");
  var every = Number(place.dataset.every) * 1000, most = 120000, wait = every;
  var paused = false, timer = null;

  function later(ms) { clearTimeout(timer); timer = setTimeout(ask, ms); }
  function ask() {
    if (paused || document.hidden) return;
    fetch(place.dataset.from, { credentials: "same-origin", redirect: "error" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (said) {
        // Whoever walks through it by keyboard or selects in it is not disturbed.
        var chosen = String(window.getSelection() || "");
        if (!place.contains(document.activeElement) && !chosen) place.innerHTML = said.html;
        wait = every;
      })
      .catch(function () { wait = Math.min(most, wait * 2); })
      .then(function () { later(wait); });
  }
  button.addEventListener("click", function () {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    button.textContent = paused ? button.dataset.goOn : button.dataset.pause;
    if (paused) clearTimeout(timer); else ask();
  });
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) clearTimeout(timer); else ask();
  });
  line.hidden = false;
  later(every);
})();
