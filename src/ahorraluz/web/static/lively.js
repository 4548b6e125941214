// Use that can be moved and seen from near; the drawing of the server stays where this cannot be.
(function () {
  "use strict";
  var place = document.querySelector(".lively[data-series]");
  if (!place || !window.uPlot || !window.fetch || !window.PointerEvent) return;
  var HOUR = 3600, DAY = 86400, MOST_HOURS = 4 * DAY, LEAST_BARS = 6, MOVE_MS = 180;
  var language = document.documentElement.lang;
  var still = window.matchMedia("(prefers-reduced-motion: reduce)");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var stage = place.querySelector(".stage"), told = place.querySelector(".told");
  var status = place.querySelector(".reading");

  function seconds(day) { return Date.parse(day + "T00:00:00Z") / 1000; }
  function words(options) {
    options.timeZone = "UTC";
    var format = new Intl.DateTimeFormat(language, options);
    return function (at) { return format.format(new Date(at * 1000)); };
  }
  function digits(places) {
    var format = new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places });
    return function (value) { return format.format(value); };
  }
  var dayWords = words({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
  var shortDay = words({ day: "numeric", month: "short" });
  var month = words({ month: "short", year: "2-digit" });
  var two = digits(2);

  function level(numbers, step) {
    var start = seconds(numbers.start);
    var at = numbers.wh.map(function (_, n) { return start + n * step; });
    var kwh = numbers.wh.map(function (wh) { return wh === null ? null : wh / 1000; });
    return { step: step, start: start, end: start + at.length * step, data: [at, kwh] };
  }

  function draw(said) {
    var days = level(said.days, DAY), hours = said.hours && level(said.hours, HOUR);
    var shown = days, at = -1, u, frame;
    // A week or a year that is not over yet is shown to its end.
    var first = Math.min(days.start, seconds(place.dataset.from));
    var last = Math.max(days.end, seconds(place.dataset.to));

    // Hours where they are wanted and there; else days.
    function wanted(min, max) {
      var there = hours && Math.max(min, days.start) >= hours.start && Math.min(max, days.end) <= hours.end;
      return there && max - min <= MOST_HOURS ? hours : days;
    }
    function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
    function under(splits) {
      var wide = u.scales.x.max - u.scales.x.min;
      return splits.map(function (t) {
        if (t % DAY) return String(new Date(t * 1000).getUTCHours()) + "h";
        return wide > 100 * DAY ? month(t) : shortDay(t);
      });
    }
    function axis(values) {
      return {
        stroke: function () { return colour("--soft"); }, values: values, font: "12px system-ui, sans-serif",
        grid: { stroke: function () { return colour("--line"); }, width: 1 },
        ticks: { stroke: function () { return colour("--line"); }, width: 1 }
      };
    }
    var below = axis(function (_, splits) { return under(splits); });
    below.space = 64;
    var beside = axis(function (_, splits) {
      return splits.map(function (v) { return v.toLocaleString(language); });
    });
    beside.size = 46;
    function width() { return Math.max(260, stage.clientWidth); }

    place.hidden = false;
    u = new window.uPlot({
      width: width(), height: 280, legend: { show: false }, padding: [52, 8, 0, 0],
      tzDate: function (t) { return window.uPlot.tzDate(new Date(t * 1000), "Etc/UTC"); },
      scales: { x: { time: true }, y: { range: function (_, low, high) { return [0, (high || 1) * 1.06]; } } },
      axes: [below, beside],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      series: [{}, {
        paths: window.uPlot.paths.bars({ size: [0.8, 60, 1], align: 1 }), points: { show: false },
        fill: function () { return colour("--accent"); }, stroke: "transparent", width: 0
      }],
      hooks: { setCursor: [point] }
    }, shown.data, stage);

    function sentence(n) {
      var t = shown.data[0][n], kwh = shown.data[1][n], when = dayWords(t);
      if (shown.step === HOUR) {
        var hour = new Date(t * 1000).getUTCHours();
        when += ", " + hour + ":00–" + (hour + 1) + ":00";
      }
      if (kwh === null) return when + ": " + place.dataset.unknown;
      var soles = said.soles_kwh === null ? "" : " · S/ " + two(kwh * said.soles_kwh);
      return when + ": " + two(kwh) + " kWh" + soles;
    }
    function point() {
      var left = u.cursor.left;
      if (left === null || left === undefined || left < 0) { told.hidden = true; return; }
      var n = Math.floor((u.posToVal(left, "x") - shown.start) / shown.step);
      if (n < 0 || n >= shown.data[0].length) { told.hidden = true; return; }
      at = n;
      told.textContent = sentence(n);
      told.hidden = false;
      var x = u.over.offsetLeft + left;
      var most = stage.clientWidth - told.offsetWidth;
      told.style.transform = "translateX(" + Math.max(0, Math.min(most, x - told.offsetWidth / 2)) + "px)";
    }

    // Within what was read, and never nearer than a few bars.
    function fit(min, max) {
      var wide = Math.min(last - first, Math.max(max - min, LEAST_BARS * (hours ? HOUR : DAY)));
      var middle = (min + max) / 2;
      var low = Math.min(Math.max(first, middle - wide / 2), last - wide);
      return [low, low + wide];
    }
    function look(range) {
      var next = wanted(range[0], range[1]);
      u.batch(function () {
        if (next !== shown) { shown = next; at = -1; u.setData(next.data, false); }
        u.setScale("x", { min: range[0], max: range[1] });
      });
      point();
    }
    function go(min, max, slowly) {
      var to = fit(min, max), from = [u.scales.x.min, u.scales.x.max];
      cancelAnimationFrame(frame);
      if (!slowly || still.matches) { look(to); return; }
      var begun = performance.now();
      frame = requestAnimationFrame(function next(now) {
        var part = Math.min(1, Math.max(0, (now - begun) / MOVE_MS));
        part = part * (2 - part);
        look([from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]);
        if (part < 1) frame = requestAnimationFrame(next);
      });
    }
    function zoom(by, about, slowly) {
      var min = u.scales.x.min, max = u.scales.x.max;
      var centre = about === undefined ? (min + max) / 2 : about;
      go(centre - (centre - min) * by, centre + (max - centre) * by, slowly);
    }
    function shift(part) {
      var wide = u.scales.x.max - u.scales.x.min;
      go(u.scales.x.min + wide * part, u.scales.x.max + wide * part, true);
    }
    function step(by) {
      var min = u.scales.x.min, max = u.scales.x.max, most = shown.data[0].length - 1;
      var seen = at >= 0 && shown.start + at * shown.step >= min - shown.step && shown.start + at * shown.step < max;
      var n = seen ? at + by : Math.ceil((min - shown.start) / shown.step);
      n = Math.max(0, Math.min(most, n));
      var t = shown.start + n * shown.step;
      if (t < min) look(fit(t, t + max - min));
      if (t + shown.step > max) look(fit(t + shown.step - (max - min), t + shown.step));
      at = n;
      u.setCursor({ left: u.valToPos(t + shown.step / 2, "x"), top: 20 });
      status.textContent = sentence(n);
    }

    var acts = {
      back: function () { shift(-0.6); }, ahead: function () { shift(0.6); },
      near: function () { zoom(0.5, undefined, true); }, far: function () { zoom(2, undefined, true); },
      all: function () { go(days.start, days.end, true); }
    };
    place.querySelectorAll("[data-do]").forEach(function (button) {
      button.addEventListener("click", function () { acts[button.dataset.do](); });
    });
    stage.addEventListener("keydown", function (event) {
      var key = event.key;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (key === "ArrowRight" || key === "ArrowLeft") step(key === "ArrowRight" ? 1 : -1);
      else if (key === "Home") { at = 1; look(fit(days.start, days.start + u.scales.x.max - u.scales.x.min)); at = 1; step(-1); }
      else if (key === "End") { look(fit(days.end - (u.scales.x.max - u.scales.x.min), days.end)); at = shown.data[0].length - 2; step(1); }
      else if (key === "+" || key === "=") acts.near();
      else if (key === "-") acts.far();
      else return;
      event.preventDefault();
    });

    // One finger or the mouse moves it, two fingers bring it nearer.
    var held = {};
    function valueAt(x) { return u.posToVal(x - u.over.getBoundingClientRect().left, "x"); }
    u.over.addEventListener("pointerdown", function (event) {
      if (event.button) return;
      cancelAnimationFrame(frame);
      held[event.pointerId] = event.clientX;
      u.over.setPointerCapture(event.pointerId);
      u.over.classList.add("held");
    });
    u.over.addEventListener("pointermove", function (event) {
      if (!(event.pointerId in held)) return;
      var ids = Object.keys(held), before = held[event.pointerId];
      if (ids.length === 1) {
        var moved = valueAt(before) - valueAt(event.clientX);
        if (moved) go(u.scales.x.min + moved, u.scales.x.max + moved);
      } else {
        var other = held[ids.filter(function (id) { return Number(id) !== event.pointerId; })[0]];
        var was = Math.max(20, Math.abs(before - other)), is = Math.max(20, Math.abs(event.clientX - other));
        zoom(was / is, valueAt((event.clientX + other) / 2));
      }
      held[event.pointerId] = event.clientX;
    });
    function release(event) {
      delete held[event.pointerId];
      if (!Object.keys(held).length) u.over.classList.remove("held");
    }
    u.over.addEventListener("pointerup", release);
    u.over.addEventListener("pointercancel", release);
    u.over.addEventListener("wheel", function (event) {
      // Without a key the page is scrolled, as everywhere.
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, valueAt(event.clientX));
    }, { passive: false });

    window.addEventListener("resize", function () { u.setSize({ width: width(), height: 280 }); });
    dark.addEventListener("change", function () { u.redraw(); });
    place.querySelector(".soles").hidden = said.soles_kwh === null;
    look(fit(seconds(place.dataset.from), seconds(place.dataset.to)));
    document.querySelector("#por figure[data-bars]").hidden = true;
    place.classList.add("ready");
  }

  fetch(place.dataset.series, { credentials: "same-origin" })
    .then(function (answer) { if (!answer.ok) throw new Error(); return answer.json(); })
    .then(draw)
    .catch(function () { place.hidden = true; document.querySelector("#por figure[data-bars]").hidden = false; });
})();
