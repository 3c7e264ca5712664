/* global uPlot, document, window, addEventListener, matchMedia, getComputedStyle */
// Draws the figures of a rehearsal's report. They have one x axis: a zoom of one is a zoom of all.
(() => {
  const timeline = JSON.parse(document.getElementById('timeline').textContent);
  const { x, interval, versions, lost, latency, bands, usage, acts } = timeline;
  // A step's value holds until the end of its interval; the last one, too.
  const xs = [...x, x.length > 0 ? x[x.length - 1] + interval : 0];
  const held = (values) => [...values, values.length > 0 ? values[values.length - 1] : null];
  const end = xs[xs.length - 1];
  const section = document.getElementById('figures');
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const sync = uPlot.sync('rehearsal');
  const stepped = uPlot.paths.stepped({ align: 1 });
  let plots = [];

  // The steps behind every figure; their names where there is room, on the first one.
  function drawBands(plot, named) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    bands.forEach(({ from, to }, i) => {
      const start = plot.valToPos(from, 'x', true);
      ctx.fillStyle = color(i % 2 === 0 ? 'band-a' : 'band-b');
      ctx.fillRect(start, bbox.top, Math.max(1, plot.valToPos(to, 'x', true) - start), bbox.height);
    });
    ctx.restore();
    if (!named) return;
    const scale = window.devicePixelRatio || 1;
    ctx.save();
    ctx.font = `${11 * scale}px system-ui, sans-serif`;
    ctx.fillStyle = color('soft');
    ctx.textAlign = 'center';
    ctx.textBaseline = 'bottom';
    for (const { step, from, to } of bands) {
      const start = Math.max(bbox.left, plot.valToPos(from, 'x', true));
      const stop = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
      if (stop - start > ctx.measureText(step).width + 8 * scale)
        ctx.fillText(step, (start + stop) / 2, bbox.top - 3 * scale);
    }
    ctx.restore();
  }

  let zooming = false;
  function zoomTo(min, max, from) {
    if (zooming) return;
    zooming = true;
    for (const plot of plots) if (plot !== from) plot.setScale('x', { min, max });
    zooming = false;
    for (const button of document.querySelectorAll('.zoom button')) {
      const same = Math.abs(button.from - min) < 0.01 && Math.abs(button.to - max) < 0.01;
      button.setAttribute('aria-pressed', String(same));
    }
  }

  function axes(unit) {
    const common = {
      stroke: color('soft'),
      grid: { stroke: color('grid'), width: 1 },
      ticks: { show: false },
    };
    const font = '12px system-ui, sans-serif';
    return [
      {
        ...common,
        font,
        size: 30,
        grid: { show: false },
        values: (_, ticks) => ticks.map((t) => `${+t.toFixed(3)} s`),
      },
      {
        ...common,
        font,
        size: 56,
        values: (_, ticks) => ticks.map((t) => (t === null ? '' : `${+t.toFixed(3)}${unit}`)),
      },
    ];
  }

  function figure(id, title, { series, data, unit = '', named = false, height = 170, range, distr }) {
    const place = document.createElement('div');
    place.className = 'figure';
    place.id = id;
    const heading = document.createElement('h3');
    heading.textContent = title;
    place.append(heading);
    section.append(place);
    const options = {
      width: place.clientWidth,
      height,
      padding: [named ? 18 : 8, 24, 0, 0],
      scales: {
        x: { time: false, min: 0, max: end },
        y: { range: range || ((_, __, max) => [0, Math.max(max * 1.08, 1)]), ...distr },
      },
      axes: axes(unit),
      series: [{ label: 'time', value: (_, v) => (v === null ? '–' : `${v.toFixed(2)} s`) }, ...series],
      cursor: {
        sync: { key: sync.key, setSeries: false },
        drag: { x: true, y: false },
        points: { show: false },
      },
      legend: { live: true },
      hooks: {
        // Behind lines, and over areas.
        [named ? 'draw' : 'drawClear']: [(plot) => drawBands(plot, named)],
        setScale: [
          (plot, key) => {
            if (key === 'x' && plots.includes(plot)) zoomTo(plot.scales.x.min, plot.scales.x.max, plot);
          },
        ],
      },
    };
    const plot = new uPlot(options, [xs, ...data.map(held)], place);
    plots.push(plot);
  }

  const shown = (unit, values) => (_, __, ___, i) => {
    const value = i === null ? null : values[Math.min(i, values.length - 1)];
    return value === null || value === undefined ? '–' : `${+value.toFixed(value < 10 ? 2 : 0)}${unit}`;
  };

  function draw() {
    const window_ = plots.length > 0 ? [plots[0].scales.x.min, plots[0].scales.x.max] : [0, end];
    for (const plot of plots) plot.destroy();
    for (const old of section.querySelectorAll('.figure')) old.remove();
    plots = [];

    // Stacked: the highest one first, so that each next one lies before it.
    const layers = versions.map(({ version, perSecond }, i) => ({
      label: version,
      values: perSecond,
      ink: color(`v${i % 4}`),
    }));
    if (lost.some((count) => count > 0)) layers.push({ label: 'lost', values: lost, ink: color('lost') });
    const sums = [];
    for (const { values } of layers)
      sums.push(values.map((v, i) => v + (sums.length > 0 ? sums[sums.length - 1][i] : 0)));
    figure('answers', 'Answers a second, by version', {
      series: layers
        .map(({ label, values, ink }) => ({
          label,
          value: shown('/s', values),
          stroke: ink,
          fill: ink,
          width: 0,
          paths: stepped,
        }))
        .reverse(),
      data: [...sums].reverse(),
      named: true,
      height: 260,
    });

    const line = (label, values, ink, more) => ({
      label,
      value: shown(more.unit, values),
      stroke: ink,
      width: 1.5,
      paths: stepped,
      points: { show: false },
      ...more,
    });
    figure('latency', 'Latency of good answers, from when each was due (ms, logarithmic)', {
      series: [
        line('slowest', latency.max, color('max'), { unit: ' ms', width: 1 }),
        line('99 %', latency.p99, color('p99'), { unit: ' ms' }),
        line('half', latency.p50, color('p50'), { unit: ' ms' }),
      ],
      data: [latency.max, latency.p99, latency.p50].map((values) =>
        values.map((v) => (v === null ? null : Math.max(v, 0.1))),
      ),
      range: (_, min, max) => [Math.min(0.5, min || 0.5), Math.max(20, (max || 1) * 1.5)],
      distr: { distr: 3 },
    });

    const kinds = Object.entries(timeline.lossesByKind);
    if (kinds.length > 0) {
      const inks = [color('lost'), color('p99'), color('v2'), color('v3'), color('max')];
      const lossSums = [];
      for (const [, values] of kinds)
        lossSums.push(values.map((v, i) => v + (lossSums.length > 0 ? lossSums[lossSums.length - 1][i] : 0)));
      figure('lost', 'Lost requests a second, by kind', {
        series: kinds
          .map(([kind, values], i) => ({
            label: kind,
            value: shown('/s', values),
            stroke: inks[i % 5],
            fill: inks[i % 5],
            width: 0,
            paths: stepped,
          }))
          .reverse(),
        data: lossSums.reverse(),
        height: 150,
      });
    }

    const instances = usage.map(({ instance }, i) => ({ name: instance, ink: color(`v${i % 4}`) }));
    if (instances.length > 0) {
      figure('memory', 'Memory of each instance (MB, resident)', {
        series: instances.map(({ name, ink }, i) =>
          line(name, usage[i].memoryMB, ink, { unit: ' MB', width: 2 }),
        ),
        data: usage.map(({ memoryMB }) => memoryMB),
        height: 150,
      });
      figure('cpu', 'CPU of each instance (% of one core)', {
        series: instances.map(({ name, ink }, i) =>
          line(name, usage[i].cpuPercent, ink, { unit: ' %', width: 2 }),
        ),
        data: usage.map(({ cpuPercent }) => cpuPercent),
        height: 150,
      });
    }
    zoomTo(window_[0], window_[1]);
  }

  const nav = document.querySelector('.zoom');
  const choice = (label, from, to) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.from = Math.max(0, from);
    button.to = Math.min(end, to);
    button.addEventListener('click', () => zoomTo(button.from, button.to));
    nav.append(button);
  };
  choice('All', 0, end);
  for (const { title, from, to } of acts.slice(0, 12)) choice(title, from - 0.5, to + 0.5);

  draw();
  let width = document.documentElement.clientWidth;
  addEventListener('resize', () => {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    draw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  const print = matchMedia('print');
  print.addEventListener('change', draw);
  // A double click shows the whole again.
  section.addEventListener('dblclick', () => zoomTo(0, end));
})();
