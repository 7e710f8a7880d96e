"use strict";
// Zoom and a cursor over all charts of the page at once. The charts are there without it.
(() => {
  const told = JSON.parse(document.getElementById("values").textContent);
  const WIDTH = 10000, LEAST_S = Math.min(0.5, told.seconds);
  const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const DECIMAL = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "u"]];
  const PREFIXES = {
    ns: [[1e9, "s"], [1e6, "ms"], [1e3, "us"], [1, "ns"]],
    B: [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]],
  };
  const charts = [...document.querySelectorAll(".chart")].map((figure, place) => {
    const plot = figure.querySelector(".plot");
    const cursor = plot.appendChild(document.createElement("i"));
    cursor.className = "cursor";
    cursor.hidden = true;
    return {
      plot, cursor,
      unit: figure.dataset.unit,
      svg: plot.querySelector("svg"),
      times: figure.querySelector(".x"),
      placed: plot.querySelectorAll("[data-x]"),
      cells: figure.querySelectorAll("td.here"),
      curves: told.charts[place],
    };
  });
  let from = 0, until = told.seconds, at = null;

  function quantity(value, unit) {
    if (unit === "%") return value.toFixed(0) + " %";
    if (unit === "°C") return value.toFixed(1) + " °C";
    const steps = PREFIXES[unit] || DECIMAL;
    const [factor, name] = steps.find(([size]) => Math.abs(value) >= size * 0.9995) || steps[steps.length - 1];
    const scaled = value / factor;
    const whole = scaled === 0 ? 1 : Math.max(1, Math.floor(Math.log10(Math.abs(scaled)) + 1e-4) + 1);
    return scaled.toFixed(Math.max(0, 3 - whole)) + " " + name + (PREFIXES[unit] ? "" : unit);
  }

  function moment(seconds, step) {
    const tenths = Math.round(seconds * 10), minutes = Math.floor(tenths / 600), hours = Math.floor(minutes / 60);
    const rest = String(Math.floor(tenths % 600 / 10)).padStart(2, "0") + (step < 1 ? "." + tenths % 10 : "");
    return (hours ? hours + ":" + String(minutes % 60).padStart(2, "0") : minutes) + ":" + rest;
  }

  const share = (seconds) => (seconds - from) / (until - from);
  const percent = (part) => (100 * part).toFixed(3) + "%";

  function draw() {
    const span = until - from;
    const step = STEPS_S.find((each) => span / each <= 8) || span / 8;
    for (const { svg, placed, times } of charts) {
      svg.setAttribute("viewBox", [from / told.seconds * WIDTH, 0, span / told.seconds * WIDTH, 1000].join(" "));
      for (const each of placed) {
        each.style.left = percent(share(each.dataset.x * told.seconds));
        if (each.dataset.w) each.style.width = percent(each.dataset.w * told.seconds / span);
      }
      times.replaceChildren();
      for (let n = Math.ceil(from / step - 1e-9); n * step <= until + 1e-9; n++) {
        const text = times.appendChild(document.createElement("span"));
        text.textContent = moment(n * step, step);
        text.style.left = percent(share(n * step));
        text.classList.toggle("last", share(n * step) > 0.97);
      }
    }
    point(at);
  }

  function zoom(one, other) {
    let first = Math.max(0, Math.min(one, other)), last = Math.min(told.seconds, Math.max(one, other));
    if (last - first < LEAST_S) {
      first = Math.max(0, Math.min((first + last - LEAST_S) / 2, told.seconds - LEAST_S));
      last = first + LEAST_S;
    }
    [from, until] = [first, last];
    draw();
  }

  // The value of the stretch nearest to a moment; none where there was nothing for a while.
  function value([t, mean], seconds) {
    let low = 0, high = t.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (t[middle] < seconds) low = middle + 1; else high = middle;
    }
    if (low > 0 && seconds - t[low - 1] < t[low] - seconds) low--;
    return Math.abs(t[low] - seconds) <= Math.max(10, told.seconds / 75) ? mean[low] : null;
  }

  function point(seconds) {
    at = seconds;
    const shown = at !== null && at >= from && at <= until;
    for (const { cursor, cells, curves, unit } of charts) {
      cursor.hidden = !shown;
      if (shown) {
        cursor.style.left = percent(share(at));
        cursor.dataset.time = moment(at, 0.1);
        cursor.classList.toggle("flipped", share(at) > 0.85);
      }
      curves.forEach((curve, place) => {
        const found = shown ? value(curve, at) : null;
        cells[place].textContent = found === null ? "" : quantity(found, unit);
      });
    }
  }

  function follow({ plot }) {
    let began = null, mark = null;
    const seconds = (event) => {
      const box = plot.getBoundingClientRect();
      return from + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * (until - from);
    };
    const forget = () => { if (mark) mark.remove(); began = mark = null; };
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      began = seconds(event);
      mark = plot.appendChild(document.createElement("i"));
      mark.className = "chosen";
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      const now = seconds(event);
      point(now);
      if (mark) {
        mark.style.left = percent(share(Math.min(began, now)));
        mark.style.width = percent(Math.abs(now - began) / (until - from));
      }
    });
    plot.addEventListener("pointerup", (event) => {
      const first = began, last = seconds(event);
      forget();
      if (first !== null && Math.abs(last - first) > (until - from) / 100) zoom(first, last);
    });
    plot.addEventListener("pointercancel", forget);
    plot.addEventListener("pointerleave", () => { if (!mark) point(null); });
    plot.addEventListener("dblclick", () => zoom(0, told.seconds));
    plot.addEventListener("keydown", (event) => {
      const span = until - from, middle = at === null ? (from + until) / 2 : at;
      const act = {
        ArrowLeft: () => point(Math.max(from, middle - span / 50)),
        ArrowRight: () => point(Math.min(until, middle + span / 50)),
        "+": () => zoom(middle - span / 4, middle + span / 4),
        "-": () => zoom(middle - span, middle + span),
        0: () => zoom(0, told.seconds),
        Escape: () => point(null),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      act();
      event.preventDefault();
    });
  }

  // A page asked for as `report.html#12-30` begins with these seconds.
  function asked() {
    const found = /^#(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (found) zoom(Number(found[1]), Number(found[2]));
  }

  charts.forEach(follow);
  window.addEventListener("hashchange", asked);
  document.documentElement.classList.add("scripted");
  asked();
})();
