/**
 * Runs one scenario with the core's meter and clock, in Node or in a page: devices
 * with clocks and stores, pages with users, a server. tests/usage/world.rs is the
 * same for Rust; both do what pkg-template/src/usage.ts does.
 */

/** A page tells its meter the time and writes what it knows this often. */
const HEARTBEAT_MS = 15_000;
/** It tells the server, and writes a second copy, this often. */
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Difference of two clocks that is a jump, not drift. */
const JUMP_MS = 5_000;
const IDLE_MS = 5 * MINUTE_MS;
/** `offline: close`: longest time without contact. */
const CLOSE_AFTER_MS = 3 * MINUTE_MS;
/** `offline: limit`: most use without contact. */
const LIMIT_MS = 15 * MINUTE_MS;

const code = (thrown) => {
  if (typeof thrown?.code !== 'string') throw thrown;
  return thrown.code;
};

/** What went wrong in `scenario`, as a text; `undefined` if nothing did. */
export function run(scenario, core, keys) {
  if (scenario.refused !== undefined) {
    const found = refusal(() => new core.UsageMeter(scenario.options));
    return differs(scenario.refused, found);
  }
  try {
    new World(scenario, core, keys).run();
    return undefined;
  } catch (thrown) {
    return thrown.message ?? String(thrown);
  }
}

function refusal(call) {
  try {
    call();
    return undefined;
  } catch (thrown) {
    return code(thrown);
  }
}

function differs(expected, found) {
  if (expected === found) return undefined;
  return expected === undefined ? `refused with ${found}` : `expected ${expected}, found ${found ?? 'that it was accepted'}`;
}

class Device {
  /** What its clock shows is the true time and this much more. */
  wrongBy = 0;
  /** How long its monotonic clock stood still. */
  stoodMs = 0;
  asleep;
  kept;
  copy;
  copiedAt = -Infinity;
  /** Trusted time of the last contact with the server, as kept. */
  contact = 0;

  constructor(name, isOnline) {
    this.name = name;
    this.isOnline = isOnline;
  }

  wall(at) {
    return at + this.wrongBy;
  }

  monotonic(at) {
    return at - this.stoodMs;
  }
}

/** Damages one byte, as a failing disk would. */
function damaged(kept) {
  return kept?.map((byte, at) => (at === 9 ? byte ^ 0x55 : byte));
}

/** A page that is open, and the user before it. */
class Page {
  isActive = false;
  /** What the meter was told: nothing counts while the page holds the service closed. */
  isCounted = false;
  /** When nobody is taken to be there any more. */
  until = Infinity;

  constructor(core, options, offline, device, at) {
    this.device = device;
    this.offline = offline;
    this.contact = { now: device.contact, monotonic: -Infinity };
    this.meter = restore(core, options, [device.kept, device.copy]);
    this.clock = new core.UsageClock(device.wall(at), device.monotonic(at), this.meter.last);
    this.beatAt = at + HEARTBEAT_MS;
    this.tellAt = at + MINUTE_MS;
  }

  tick(at) {
    const now = this.clock.now(this.device.monotonic(at));
    // What passed counts as the last tick said.
    this.meter.tick(now, this.isCounted);
    this.isCounted = this.isActive && !this.#held(at, now);
    this.meter.tick(now, this.isCounted);
    return now;
  }

  setActive(at, isActive, until = Infinity) {
    this.tick(at);
    this.isActive = isActive;
    this.until = until;
    this.tick(at);
  }

  /** Writes the union of what is kept and what is known. */
  keep(at) {
    const { device, meter } = this;
    this.tick(at);
    // What cannot be read is set aside.
    if (device.kept) refusal(() => meter.merge(device.kept));
    device.kept = meter.save();
    device.contact = this.contact.now;
    if (at - device.copiedAt >= MINUTE_MS) {
      device.copiedAt = at;
      device.copy = device.kept;
    }
  }

  /** The server says what time it is: the true one. */
  synchronise(at) {
    const { device } = this;
    this.tick(at);
    this.clock.anchor(at, device.wall(at), device.monotonic(at));
    this.meter.trust(at);
    this.tick(at);
  }

  /** The server said what time it is and took what was used. */
  met(now, at) {
    this.contact = { now, monotonic: this.device.monotonic(at) };
  }

  get isStrict() {
    return this.offline !== 'allow';
  }

  /** Whether it was out of reach of the server for longer than it may be. */
  #isCutOff(at) {
    const { contact, device, meter, offline } = this;
    if (offline === 'allow') return false;
    if (offline === 'close') return device.monotonic(at) - contact.monotonic >= CLOSE_AFTER_MS;
    const used = meter.intervals(contact.now);
    let ms = 0;
    for (let nth = 0; nth < used.length; nth += 2) ms += used[nth + 1] - Math.max(used[nth], contact.now);
    return ms >= LIMIT_MS;
  }

  /** What holds if the page itself, not the meter, holds the service closed. */
  #held(at, now) {
    if (this.#isCutOff(at)) return { state: 'closed', reason: 'clock', opensAt: null, nextChangeAt: null };
    if (!(this.ahead(at) > JUMP_MS)) return undefined;
    const { state, reason, opensAt, nextChangeAt } = this.meter.peek(now + this.ahead(at));
    return reason === 'curfew' ? { state, reason, opensAt, nextChangeAt } : undefined;
  }

  ahead(at) {
    return this.clock.ahead(this.device.wall(at), this.device.monotonic(at));
  }

  status(at) {
    const now = this.tick(at);
    const status = this.meter.status(now);
    const held = status.state === 'open' && this.#held(at, now);
    return held ? { ...status, ...held, due: [] } : status;
  }

  acknowledge(at, kind) {
    const due = this.status(at).due.find((one) => one.kind === kind);
    if (!due) throw new Error(`no reminder of kind ${kind} is due`);
    this.meter.acknowledge(kind, due.at);
  }

  /** The code with which `token` is refused, if it is. */
  identify(at, token, keys) {
    const now = this.tick(at);
    return refusal(() => this.meter.identify(token, keys, now));
  }
}

function restore(core, options, copies) {
  for (const saved of copies) {
    if (!saved) continue;
    try {
      return new core.UsageMeter(options, saved);
    } catch (thrown) {
      if (code(thrown) !== 'usage/saved') throw thrown;
    }
  }
  return new core.UsageMeter(options);
}

class World {
  constructor(scenario, core, keys) {
    this.scenario = scenario;
    this.core = core;
    this.keys = keys;
    const { devices, timeline, server, shows, opening, options } = scenario;
    const { at } = timeline[0];
    this.server = server === 'none' ? undefined : new core.UsageMeter(options);
    this.seats = Object.entries(devices).flatMap(([name, pages]) => {
      const device = new Device(name, server === 'reachable');
      return pages.map((page) => ({ name: page, device, page: undefined }));
    });
    this.devices = [...new Set(this.seats.map(({ device }) => device))];
    if (shows !== undefined) this.devices[0].wrongBy = shows - at;
    for (const seat of this.seats) {
      if (timeline.find(({ who }) => who === seat.name)?.do === 'start') continue;
      this.#open(seat, at);
      expectCode(this.#present(seat, at), opening?.refused);
    }
  }

  run() {
    for (const step of this.scenario.timeline) {
      try {
        this.#step(step);
      } catch (thrown) {
        const who = step.who ? `, ${step.who}` : '';
        throw new Error(`line ${step.line} (${step.time}${who}): ${thrown.message ?? thrown}`, { cause: thrown });
      }
    }
  }

  #step(step) {
    const { at, who } = step;
    this.#advance(at);
    const devices = this.devices.filter(({ name }) => who === undefined || name === who);
    const seats = this.seats.filter(({ name, device }) => who === undefined || name === who || device.name === who);
    for (const { device } of seats) this.#wake(device, at);
    if (step.do) return this.#happen(step.do, at, devices, seats);
    if (step.shows !== undefined) {
      if (devices.length === 0) throw new Error('a clock is of a device');
      for (const device of devices) device.wrongBy = step.shows - at;
      return;
    }
    // Nothing in the core asks for the device's zone.
    if (step.deviceZone) return;
    const open = seats.filter(({ page }) => page);
    if (open.length === 0) throw new Error('no page is open');
    for (const { name, page } of open) {
      if (step.acknowledge) page.acknowledge(at, step.acknowledge);
      if (step.identify) expectCode(page.identify(at, step.identify.token, this.keys), step.identify.refused);
      if (!step.expect) continue;
      const status = page.status(at);
      for (const [what, expected] of step.expect) {
        const wrong = check(what, expected, status, this.scenario.offsetMs);
        if (wrong) throw new Error(`${name}: ${wrong}`);
      }
    }
  }

  #happen(verb, at, devices, seats) {
    const onDevice = DEVICE_VERBS[verb];
    if (onDevice) {
      if (devices.length === 0) throw new Error(`${verb} is of a device`);
      for (const { page } of seats) page?.tick(at);
      for (const device of devices) onDevice(device, at);
      if (verb === 'online') {
        for (const seat of seats) {
          this.#synchronise(seat, at);
          this.#tell(seat, at);
        }
      }
      return;
    }
    for (const seat of seats) {
      const { page } = seat;
      if (verb === 'start' ? page : !page) throw new Error(`${seat.name} is ${page ? 'open' : 'not open'}`);
      switch (verb) {
        case 'start': this.#reopen(seat, at); break;
        case 'use': page.setActive(at, true); break;
        case 'input': case 'stream': page.setActive(at, true, at + (this.scenario.options.idleMs ?? IDLE_MS)); break;
        case 'idle': page.setActive(at, false); break;
        case 'hide':
          page.setActive(at, false);
          page.keep(at);
          this.#tell(seat, at);
          break;
        case 'close': case 'restart':
          page.keep(at);
          seat.page = undefined;
          if (verb === 'restart') this.#reopen(seat, at);
          break;
        case 'crash': seat.page = undefined; break;
        case 'stop':
          page.tick(at);
          page.meter.stop();
          break;
        default: throw new Error(`${verb} is not in the language`);
      }
    }
  }

  #open(seat, at) {
    seat.page = new Page(this.core, this.scenario.options, this.scenario.offline, seat.device, at);
    this.#synchronise(seat, at);
    this.#tell(seat, at);
    seat.page.tick(at);
  }

  /** Opens again; an assertion that was replaced meanwhile is not taken. */
  #reopen(seat, at) {
    this.#open(seat, at);
    this.#present(seat, at);
  }

  #present({ page }, at) {
    const { opening } = this.scenario;
    return opening && page.identify(at, opening.token, this.keys);
  }

  /** Lets time pass: heartbeats, and users who are taken to have left. */
  #advance(to) {
    this.#skip(to);
    for (;;) {
      let next;
      for (const seat of this.seats) {
        if (!seat.page || seat.device.asleep) continue;
        const at = Math.min(seat.page.beatAt, seat.page.until);
        if (at <= to && (!next || at < next.at)) next = { at, seat };
      }
      if (!next) return;
      const { at, seat } = next;
      const { page } = seat;
      if (page.until <= at) page.setActive(at, false);
      if (page.beatAt > at) continue;
      page.beatAt += HEARTBEAT_MS;
      page.keep(at);
      if (page.tellAt > at) continue;
      if (page.isStrict || Math.abs(page.ahead(at)) > JUMP_MS) this.#synchronise(seat, at);
      this.#tell(seat, at);
    }
  }

  /** Days on which nobody uses anything: a page would only write the same again. */
  #skip(to) {
    const pages = this.seats.map(({ page }) => page).filter(Boolean);
    if (pages.some(({ isActive, beatAt }) => isActive || to - beatAt < DAY_MS)) return;
    for (const page of pages) page.beatAt += Math.floor((to - page.beatAt) / HEARTBEAT_MS) * HEARTBEAT_MS - HEARTBEAT_MS;
  }

  #wake(device, at) {
    if (!device.asleep) return;
    const { since, isDeep } = device.asleep;
    device.asleep = undefined;
    if (isDeep) device.stoodMs += at - since;
    for (const seat of this.seats) {
      if (seat.device !== device || !seat.page) continue;
      seat.page.setActive(at, false);
      seat.page.beatAt = at + HEARTBEAT_MS;
      this.#synchronise(seat, at);
      this.#tell(seat, at);
    }
  }

  #synchronise({ page, device }, at) {
    if (device.isOnline) page?.synchronise(at);
  }

  /** Gives the server the intervals of a page, and the page those of all. */
  #tell({ page, device }, at) {
    const { server } = this;
    if (!page || !server) return;
    page.tellAt = at + MINUTE_MS;
    if (!device.isOnline) return;
    const now = page.tick(at);
    server.absorb(page.meter.intervals(0), page.meter.days(), at);
    page.meter.absorb(server.intervals(0), server.days(), now);
    page.met(now, at);
  }
}

const DEVICE_VERBS = {
  sleep: (device, at) => { device.asleep = { since: at, isDeep: false }; },
  'deep sleep': (device, at) => { device.asleep = { since: at, isDeep: true }; },
  online: (device) => { device.isOnline = true; },
  offline: (device) => { device.isOnline = false; },
  'damage storage': (device) => { device.kept = damaged(device.kept); },
  'damage storage and copy': (device) => { device.kept = damaged(device.kept); device.copy = damaged(device.copy); },
  'lose storage': (device) => {
    device.kept = device.copy = undefined;
    device.contact = 0;
  },
};

function expectCode(found, expected) {
  const wrong = differs(expected, found);
  if (wrong) throw new Error(wrong);
}

/** What is not as expected. */
function check(what, expected, status, offsetMs) {
  const instant = (at) => (at === null ? 'never' : new Date(at + offsetMs).toISOString().slice(0, -1).replace('T', ' '));
  const length = (ms) => (ms === null ? 'none' : `${ms} ms`);
  const word = (text) => text ?? 'none';
  const words = (list) => [...list].sort().join(', ');
  const is = status.state === 'open' ? 'open' : `closed by ${status.reason}`;
  const compare = (want, found) => (want === found ? undefined : `${what}: expected ${want}, found ${found}`);
  switch (what) {
    case 'is': return compare(expected, expected === 'closed' ? status.state : is);
    case 'used': return compare(length(expected), length(status.usedMs));
    case 'left': return compare(length(expected), length(status.remainingMs));
    case 'continuous': return compare(length(expected), length(status.continuousMs));
    case 'changes': return compare(instant(expected), instant(status.nextChangeAt));
    case 'opens': return compare(instant(expected), instant(status.opensAt));
    case 'due': return reminders(expected, status.due);
    case 'identity': return compare(expected, status.identity);
    case 'day': return compare(expected, status.day);
    case 'calendar': return compare(word(expected), word(status.calendar));
    case 'deny': case 'require': return compare(words(expected), words(status[what]));
    default: return `${what} is not in the language`;
  }
}

/** The same kinds in any order; presets and values where the scenario names them. */
function reminders(expected, due) {
  const sorted = (list) => [...list].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  const [want, found] = [sorted(expected), sorted(due)];
  const fits = want.length === found.length && want.every(({ kind, preset, valueMs }, nth) => kind === found[nth].kind
    && (preset === undefined || preset === found[nth].preset) && (valueMs === undefined || valueMs === found[nth].valueMs));
  if (fits) return undefined;
  const text = (list) => list.map(({ kind, preset, valueMs }) => [kind, preset, valueMs].filter((part) => part !== undefined).join(' ')).join(', ');
  return `due: expected [${text(want)}], found [${text(found)}]`;
}
