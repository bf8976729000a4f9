"use strict";
// The wall: numbers asked for every few seconds, written into the rows of the page's own templates.
(() => {
  const wall = document.querySelector("[data-wall]");
  if (!wall) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = getComputedStyle(document.body).fontFamily;
  const PALE = "#e9f1fc", SOFT = "#a9c0e0";
  const COLOURS = ["#6fa3d3", "#e7a85b", "#8fd6ae", "#c3a5e6", "#7fd0d8", "#e6d27a", "#e493b0"];
  const size = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
  const charts = new Map();
  let known = null;

  const chart = (selector, option) => {
    const place = wall.querySelector(selector);
    if (!window.echarts) return;
    if (!charts.has(selector)) {
      charts.set(selector, window.echarts.init(place));
      new ResizeObserver(() => charts.get(selector).resize()).observe(place);
    }
    charts.get(selector).setOption(option);
  };

  // Providers stand left and consumers right, so that two departments may give to each other.
  const flow = (pairs) => chart("[data-flow]", {
    animation: !still, textStyle: { fontFamily: font },
    tooltip: { renderMode: "richText", confine: true },
    series: [{
      type: "sankey", left: 4, right: 4, top: 6, bottom: 6, nodeGap: 0.7 * size(), nodeWidth: 0.8 * size(),
      draggable: false, emphasis: { focus: "adjacency" },
      label: { color: PALE, fontSize: 0.95 * size(), formatter: (event) => event.name.slice(2) },
      lineStyle: { color: "source", opacity: 0.45, curveness: 0.5 },
      data: [...new Set(pairs.flatMap((one) => [`< ${one.from}`, `> ${one.to}`]))].map((name, at) => ({
        name, itemStyle: { color: COLOURS[at % COLOURS.length] },
        label: { position: name[0] === "<" ? "right" : "left" },
      })),
      links: pairs.map((one) => ({ source: `< ${one.from}`, target: `> ${one.to}`, value: one.calls })),
    }],
  });

  const days = (rows) => chart("[data-days]", {
    animation: !still, textStyle: { fontFamily: font, color: SOFT },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    legend: { right: 0, top: 0, textStyle: { color: SOFT, fontSize: 0.85 * size() } },
    grid: { left: 4, right: 8, top: 2 * size(), bottom: 4, containLabel: true },
    xAxis: { type: "category", data: rows.map((one) => one.day.slice(5)), axisLabel: { color: SOFT, fontSize: 0.85 * size() } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: SOFT, fontSize: 0.85 * size() },
      splitLine: { lineStyle: { color: "#24406b" } } },
    series: [["calls", "#6fa3d3"], ["refused", "#ff9d94"]].map(([key, color]) => ({
      name: wall.dataset[key], type: "bar", barMaxWidth: 1.6 * size(), itemStyle: { color },
      data: rows.map((one) => one[key]),
    })),
  });

  const row = (kind, one) => {
    const made = wall.querySelector(`template[data-row="${kind}"]`).content.cloneNode(true);
    for (const place of made.querySelectorAll("[data-put]")) {
      const value = one[place.dataset.put];
      place.textContent = typeof value === "number" ? value.toLocaleString("en") : value;
      if (place.tagName !== "A") continue;
      const address = place.dataset.put === "case" ? one.case_address : one.address;
      if (address) place.href = address;
    }
    const tone = made.querySelector("[data-tone]"), state = made.querySelector("[data-state]");
    if (tone) tone.className = one.tone;
    if (state) state.className = { fault: "bad", silent: "warn", sound: "good" }[one.state];
    const form = made.querySelector("form");
    if (form && one.case) form.remove();
    else if (form) form.item.value = one.item;
    if (one.refused === true) made.querySelector("li").lastElementChild.textContent = wall.dataset.refused;
    if (one.refused === true) made.querySelector("li").lastElementChild.className = "bad";
    if (kind === "receipts" && known && !known.has(one.id)) made.querySelector("li").className = "fresh";
    return made;
  };

  const list = (kind, rows) => {
    const place = wall.querySelector(`[data-list="${kind}"]`), held = place.contains(document.activeElement);
    const none = wall.querySelector(`[data-none="${kind}"]`);
    if (none) none.classList.toggle("shown", !rows.length);
    // What somebody stands in with the keyboard is not taken from under their hands.
    if (!held) place.replaceChildren(...rows.map((one) => row(kind, one)));
  };

  const show = (told) => {
    wall.querySelector("[data-at]").textContent = told.at;
    for (const kind of ["numbers", "clocks", "receipts", "logs", "incidents"]) list(kind, told[kind]);
    list("ranking", told.ranking.rows);
    wall.querySelector("[data-period]").textContent = told.ranking.period;
    wall.querySelector("[data-none=pairs]").classList.toggle("shown", !told.pairs.length);
    if (told.pairs.length) flow(told.pairs);
    days(told.days);
    known = new Set(told.receipts.map((one) => one.id));
    wall.dataset.shown = told.at;
  };

  const standing = wall.querySelector("[data-standing]"), pause = wall.querySelector("[data-pause]");
  const words = pause.textContent;
  let paused = false, asking = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    wall.classList.toggle("paused", paused);
    pause.textContent = paused ? wall.dataset.paused : words;
  });

  const ask = async () => {
    if (paused || document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(wall.dataset.numbers, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      show(await answer.json());
      standing.textContent = "";
    } catch (error) {
      standing.textContent = `✗ ${error.message}`;
    } finally {
      asking = false;
    }
  };

  show(JSON.parse(document.getElementById("told").textContent));
  setInterval(ask, Number(wall.dataset.seconds) * 1000);
  document.addEventListener("visibilitychange", ask);
})();
