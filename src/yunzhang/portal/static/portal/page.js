"use strict";
// Charts are drawn from the JSON beside them; without this script the table below each one speaks.
(() => {
  const INK = "#1b2738", QUIET = "#5b6778", LINE = "#e1e6ed";
  const COLOURS = ["#1d4f91", "#c8741a", "#1f7a4d", "#7a4fa3"];
  const text = { color: QUIET, fontFamily: getComputedStyle(document.body).fontFamily };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const common = () => ({
    color: COLOURS, animation: !still, textStyle: text,
    // Rich text: tooltips made of HTML would need inline styles, which the content policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
  });
  const named = (data) => data.series.some((one) => one.name)
    ? { top: 0, right: 0, textStyle: text } : undefined;

  const kinds = {
    radar: (data) => ({
      ...common(),
      tooltip: { renderMode: "richText", confine: true },
      radar: {
        radius: "68%", splitNumber: 4,
        // The value stands in the name: labels on the figure itself would cover one another.
        indicator: data.labels.map((name, at) => (
          { name: `${name}\n${data.series[0].data[at]}`, min: 0, max: 100 })),
        axisName: { color: INK, fontSize: 13 },
        splitArea: { areaStyle: { color: ["#f8fafc", "#fff"] } },
        splitLine: { lineStyle: { color: LINE } }, axisLine: { lineStyle: { color: LINE } },
      },
      series: [{
        type: "radar", areaStyle: { opacity: 0.16 }, lineStyle: { width: 2 },
        data: data.series.map((one) => ({ name: one.name, value: one.data })),
      }],
    }),
    bars: (data) => ({
      ...common(),
      grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", splitLine: { lineStyle: { color: LINE } } },
      yAxis: {
        type: "category", inverse: true, data: data.labels, axisTick: { show: false },
        axisLabel: { color: INK, width: 150, overflow: "break" },
      },
      series: data.series.map((one) => ({
        ...one, type: "bar", barMaxWidth: 22, itemStyle: { borderRadius: [0, 4, 4, 0] },
        label: { show: true, position: "right", color: INK },
      })),
    }),
    lines: (data) => ({
      ...common(),
      legend: named(data),
      grid: { left: 8, right: 36, top: 36, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: data.labels, boundaryGap: data.labels.length < 2,
        axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: LINE } } },
      series: data.series.map((one) => ({
        ...one, type: "line", symbolSize: 7, areaStyle: { opacity: 0.08 },
      })),
    }),
  };

  const draw = (place) => {
    const data = JSON.parse(document.getElementById(place.dataset.from).textContent);
    if (!data || !data.labels.length || !window.echarts) return;
    const chart = window.echarts.init(place);
    chart.setOption(kinds[data.kind](data));
    new ResizeObserver(() => chart.resize()).observe(place);
  };
  document.querySelectorAll("[data-from]").forEach(draw);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });

  // A procedure wider than the screen shows the present step, not its beginning.
  for (const course of document.querySelectorAll(".course")) {
    const here = course.querySelector("[aria-current]");
    if (here) {
      const middle = here.getBoundingClientRect().left - course.getBoundingClientRect().left;
      course.scrollLeft = middle - course.clientWidth / 2 + here.clientWidth / 2;
    }
  }
})();
