"use strict";
// The map: areas coloured by a measure, times beside each other or one after another, points.
// Every number on it stands in the lists of the same page, too.
(() => {
  const place = document.querySelector("[data-map]");
  if (!place || !window.echarts) return;
  const INK = "#1b2738", LINE = "#ffffff", EMPTY = "#eef1f5";
  // One hue from light to dark: the order is seen whatever colours an eye can tell apart.
  const BLUES = ["#dbe8f6", "#a9c9e8", "#6fa3d3", "#3a76b4", "#143f7a"];
  const EMBERS = ["#fdeed8", "#f7cd94", "#e79f4b", "#c06a16", "#7d3d06"];
  const KINDS = {
    room: { symbol: "rect", color: "#5b3f8c", symbolOffset: [-11, 0] },
    cloud: { symbol: "circle", color: "#0f7f8c", symbolOffset: [11, 0] },
    late: { symbol: "diamond", color: "#b3261e", symbolOffset: [0, -12] },
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = getComputedStyle(document.body).fontFamily;
  const hatched = { symbol: "rect", color: "#c3cad5", dashArrayX: [1, 0], dashArrayY: [2, 5],
    rotation: -Math.PI / 4 };

  const say = (value, kind) => {
    if (value === null || value === undefined) return place.dataset.none;
    if (kind === "rate") return `${value.toFixed(1)}%`;
    return kind === "mean" ? value.toFixed(2) : value.toLocaleString("en");
  };

  class Sheet {
    constructor(data, shapes) {
      this.data = data;
      this.at = "";
      this.figure = document.createElement("figure");
      this.figure.innerHTML = "<figcaption></figcaption><div class='tiles'></div><div class='drawn'></div>";
      [this.caption, this.tiles, this.drawn] = this.figure.children;
      this.figure.tabIndex = 0;
      this.figure.setAttribute("role", "group");
      this.figure.setAttribute("aria-label", data.title);
      place.append(this.figure);
      this.chart = window.echarts.init(this.drawn);
      this.names = new Map(data.areas.map((one) => [one.code, one.name]));
      this.addresses = new Map(data.areas.map((one) => [one.code, one.address]));
      const boxes = shapes.features.map((one) => one.geometry.coordinates.flat(2));
      const lats = boxes.flat().map((point) => point[1]);
      this.narrow = Math.cos((Math.min(...lats) + Math.max(...lats)) / 360 * Math.PI);
      this.chart.on("click", (event) => {
        const code = event.componentType === "series" && event.seriesType === "map" ? event.name
          : event.componentType === "geo" ? event.name : "";
        if (this.addresses.has(code)) location.assign(this.addresses.get(code));
      });
      this.chart.on("georoam", () => this.lay());
      this.chart.on("finished", () => this.lay());
      this.figure.addEventListener("keydown", (event) => this.key(event));
      new ResizeObserver(() => { this.chart.resize(); this.lay(); }).observe(this.figure);
    }

    show(time, points) {
      this.at = time;
      const { data } = this, values = data.values[time] || {};
      this.caption.textContent = (data.times.find((one) => one.id === time) || {}).name || "";
      this.chart.setOption(this.option(values, points), { replaceMerge: ["series"] });
    }

    option(values, points) {
      const { data } = this, edges = data.edges, colours = data.worse ? EMBERS : BLUES;
      const tiled = Boolean(place.dataset.tiles);
      const label = (code) => this.names.get(code) || "";
      return {
        animation: !still, textStyle: { fontFamily: font },
        aria: { enabled: true, label: { description: data.title } },
        // Rich text: a tooltip of HTML would need inline styles, which the content policy forbids.
        tooltip: { renderMode: "richText", confine: true, formatter: (event) => this.tell(event) },
        geo: {
          map: "areas", nameProperty: "code", roam: true, scaleLimit: { min: 0.8, max: 30 },
          // Without it the drawing is stretched to its box, and no border has its true shape.
          preserveAspect: "contain", aspectScale: this.narrow, top: 34, left: 12, right: 12,
          // On a phone the colours are explained below the map, elsewhere in its corner.
          bottom: this.drawn.clientWidth < 480 ? 124 : 12,
          itemStyle: { areaColor: EMPTY, borderColor: LINE, borderWidth: 1, opacity: tiled ? 0.72 : 1 },
          label: { show: true, color: INK, fontSize: 12, formatter: (event) => label(event.name),
            textBorderColor: "#fff", textBorderWidth: 2 },
          labelLayout: { hideOverlap: true },
          emphasis: { label: { show: true, color: INK },
            itemStyle: { areaColor: null, borderColor: "#f0a43a", borderWidth: 3 } },
          select: { disabled: true },
        },
        visualMap: {
          type: "piecewise", seriesIndex: 0, left: 8, bottom: 8, itemWidth: 18, itemHeight: 12,
          textStyle: { color: INK, fontSize: 12 }, backgroundColor: "rgba(255,255,255,0.85)", padding: 8,
          selectedMode: false,
          pieces: colours.map((color, at) => ({
            gte: at ? edges[at] : Math.min(0, edges[0]), color,
            ...(at < colours.length - 1 ? { lt: edges[at + 1] } : {}),
            label: this.range(edges, at),
          })),
        },
        series: [
          { type: "map", geoIndex: 0, data: data.areas.map((one) => this.area(one, values)) },
          ...Object.entries(KINDS).filter(([kind]) => points.has(kind)).map(([kind, look]) => ({
            type: "scatter", coordinateSystem: "geo", symbol: look.symbol, z: 5,
            symbolOffset: look.symbolOffset,
            symbolSize: (value) => 13 + 4 * Math.log2(value[2]),
            itemStyle: { color: look.color, borderColor: "#fff", borderWidth: 1.5 },
            label: { show: true, formatter: (event) => (event.value[2] > 1 ? String(event.value[2]) : ""),
              color: "#fff", fontSize: 11 },
            data: data.points.filter((one) => one.kind === kind)
              .map((one) => ({ name: one.name, value: [...one.at, one.n], kind })),
          })),
        ],
      };
    }

    range(edges, at) {
      const { kind } = this.data, mark = kind === "rate" ? "%" : "";
      if (kind !== "count") return `${edges[at]} – ${edges[at + 1]}${mark}`;
      return at === 4 ? `≥ ${edges[at].toLocaleString("en")}`
        : edges[at + 1] - edges[at] === 1 ? String(edges[at])
          : `${edges[at].toLocaleString("en")} – ${(edges[at + 1] - 1).toLocaleString("en")}`;
    }

    area(one, values) {
      const [value] = values[one.code] || [null];
      if (value !== null) return { name: one.code, value };
      return { name: one.code, value: NaN, itemStyle: { areaColor: EMPTY, decal: hatched } };
    }

    tell(event) {
      if (event.seriesType === "scatter") {
        const input = document.querySelector(`[data-points="${event.data.kind}"]`);
        return `${event.name}\n${input.parentElement.textContent.trim()}: ${event.value[2]}`;
      }
      const told = (this.data.values[this.at] || {})[event.name] || [null, 0, 0, 0];
      const [value, sum, of, units] = told;
      const parts = this.data.kind === "rate" && of ? ` (${sum} / ${of})` : "";
      const whole = `${this.names.get(event.name)}\n${this.data.title}: ${say(value, this.data.kind)}${parts}`;
      return units ? `${whole}\n${units} ${place.dataset.units}` : whole;
    }

    key(event) {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const codes = this.data.areas.map((one) => one.code);
      if (step) {
        this.light("downplay");
        this.held = ((this.held ?? (step > 0 ? -1 : 0)) + step + codes.length) % codes.length;
        this.light("highlight");
        this.light("showTip");
      } else if (event.key === "Enter" && this.held !== undefined) {
        location.assign(this.addresses.get(codes[this.held]));
      } else if (["Escape", "Backspace"].includes(event.key) && place.dataset.up) {
        location.assign(place.dataset.up);
      } else return;
      event.preventDefault();
    }

    light(type) {
      if (this.held === undefined) return;
      this.chart.dispatchAction({ type, seriesIndex: 0, dataIndex: this.held });
    }

    // Tiles by longitude and latitude lie straight under the map: each is a picture of its degrees.
    lay() {
      if (!place.dataset.tiles) return;
      const { clientWidth: width, clientHeight: height } = this.drawn;
      const finder = { geoIndex: 0 };
      const nw = this.chart.convertFromPixel(finder, [0, 0]);
      const se = this.chart.convertFromPixel(finder, [width, height]);
      if (!nw || !se) return;
      const zoom = Math.max(1, Math.min(18, Math.round(Math.log2(360 * width / 256 / (se[0] - nw[0])))));
      const size = 360 / 2 ** zoom, made = [];
      for (let x = Math.floor((nw[0] + 180) / size); x <= (se[0] + 180) / size; x += 1) {
        for (let y = Math.floor((90 - nw[1]) / size); y <= (90 - se[1]) / size; y += 1) {
          const tile = document.createElement("img");
          const across = width / (se[0] - nw[0]), down = height / (nw[1] - se[1]);
          tile.alt = "";
          tile.src = place.dataset.tiles.replace("{z}", zoom).replace("{x}", x).replace("{y}", y);
          Object.assign(tile.style, {
            left: `${(x * size - 180 - nw[0]) * across}px`, top: `${(nw[1] - 90 + y * size) * down}px`,
            width: `${size * across + 0.5}px`, height: `${size * down + 0.5}px`,
          });
          made.push(tile);
        }
      }
      if (made.length < 200) this.tiles.replaceChildren(...made);
    }
  }

  const begin = async () => {
    const [shapes, data] = await Promise.all(
      [place.dataset.shapes, place.dataset.values].map(async (address) => {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        return answer.json();
      }));
    place.querySelector("[data-wait]").remove();
    window.echarts.registerMap("areas", shapes);
    const sheets = [new Sheet(data, shapes)];
    if (place.dataset.with) sheets.push(new Sheet(data, shapes));
    const box = document.querySelector(".points");
    const points = () => new Set(!box ? [] : [...box.querySelectorAll(":checked")].map((one) => one.dataset.points));
    let at = place.dataset.at;
    const draw = () => {
      sheets[0].show(at, points());
      if (sheets[1]) sheets[1].show(place.dataset.with, points());
      place.dataset.shown = at;
    };
    if (box) {
      box.hidden = false;
      box.addEventListener("change", draw);
    }
    draw();
    through(data.times, at, (time) => { at = time; draw(); });
  };

  // The slider colours the map at once; the lists follow when it comes to rest.
  const through = (times, at, shown) => {
    const bar = document.querySelector(".times");
    if (times.length < 2) return;
    const [play, slider, output] = bar.children, words = play.textContent;
    let beat = 0, rest = 0;
    const turn = (to) => {
      slider.value = to;
      output.textContent = times[to].name;
      slider.setAttribute("aria-valuetext", times[to].name);
      shown(times[to].id);
      clearTimeout(rest);
      rest = setTimeout(() => follow(times[to].id), 600);
    };
    const stop = () => { clearInterval(beat); beat = 0; play.textContent = words; };
    bar.hidden = false;
    slider.max = times.length - 1;
    const here = Math.max(0, times.findIndex((one) => one.id === at));
    slider.value = here;
    output.textContent = times[here].name;
    slider.addEventListener("input", () => { stop(); turn(Number(slider.value)); });
    play.addEventListener("click", () => {
      if (beat) { stop(); return; }
      play.textContent = play.dataset.stop;
      if (Number(slider.value) >= times.length - 1) turn(0);
      beat = setInterval(() => {
        const next = Number(slider.value) + 1;
        if (next >= times.length) { stop(); return; }
        turn(next);
      }, 1200);
    });
  };

  const follow = (time) => {
    const address = new URL(location.href);
    address.searchParams.set("at", time);
    if (address.href === location.href) return;
    history.replaceState(null, "", address);
    document.getElementById("at").value = time;
    // What the lists' own forms ask for next is of this time, too.
    for (const form of document.querySelectorAll("form[role=search]")) {
      const kept = form.querySelector("[name=at]") || document.createElement("input");
      Object.assign(kept, { type: "hidden", name: "at", value: time });
      form.append(kept);
    }
    for (const id of ["list-map-areas", "list-map-units"]) {
      if (document.getElementById(id)) {
        window.htmx.ajax("GET", address.href, { target: `#${id}`, swap: "innerHTML" });
      }
    }
  };

  begin().catch((error) => {
    const told = place.querySelector("[data-wait]");
    if (told) told.textContent = error.message;
  });
})();
