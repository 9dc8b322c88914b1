//! Runs a scenario: devices, pages and a server, from line to line.

use crate::check;
use crate::language::{Line, Scenario, Server, What};
use crate::page::{Device, HEARTBEAT_MS, MINUTE_MS, Page, Sleep};
use crate::token;
use tidegate::usage::{DAY_MS, Meter, MeterOptions};

#[derive(Debug)]
struct Seat {
    name: String,
    /// Index of its device.
    device: usize,
    page: Option<Page>,
}

#[derive(Debug)]
pub(crate) struct World<'a> {
    scenario: &'a Scenario,
    options: MeterOptions,
    devices: Vec<Device>,
    seats: Vec<Seat>,
    /// The ledger of the account, if there is a server.
    server: Option<Meter>,
    /// What every page presents when it opens.
    token: Option<String>,
}

impl<'a> World<'a> {
    /// A world at the first line, with the pages open that no line opens.
    pub(crate) fn new(scenario: &'a Scenario, options: MeterOptions) -> Result<Self, String> {
        let server = match scenario.server {
            Server::None => None,
            _ => Some(Meter::new(&options).map_err(|error| error.code().to_owned())?),
        };
        let at = scenario.lines.first().map_or(0, |line| line.at);
        let mut world = Self {
            scenario,
            options,
            devices: Vec::new(),
            seats: Vec::new(),
            server,
            token: scenario
                .assertion
                .as_ref()
                .map(|claims| token::sign(claims, at)),
        };
        for (nth, (name, pages)) in scenario.devices.iter().enumerate() {
            world.devices.push(Device {
                name: name.clone(),
                wrong_by: scenario
                    .clock
                    .filter(|_| nth == 0)
                    .map_or(0, |shows| shows - at),
                is_online: scenario.server == Server::Reachable,
                ..Device::default()
            });
            for name in pages {
                let (name, device) = (name.clone(), nth);
                world.seats.push(Seat {
                    name,
                    device,
                    page: None,
                });
            }
        }
        for seat in 0..world.seats.len() {
            let name = &world.seats[seat].name;
            let mut own = scenario
                .lines
                .iter()
                .filter(|line| line.who.as_ref() == Some(name));
            let opens_later = own
                .next()
                .is_some_and(|line| matches!(&line.what, What::Do(verb) if verb == "start"));
            if !opens_later {
                world.open(seat, at)?;
                let refused = scenario
                    .assertion
                    .as_ref()
                    .and_then(|claims| claims.refused.as_deref());
                let found = world.present(seat, at).err();
                expect_code(found, refused)?;
            }
        }
        Ok(world)
    }

    pub(crate) fn run(&mut self) -> Result<(), String> {
        for line in &self.scenario.lines {
            self.line(line).map_err(|what| {
                let who = line
                    .who
                    .as_ref()
                    .map_or_else(String::new, |who| format!(", {who}"));
                format!("line {} ({}{who}): {what}", line.line, line.time)
            })?;
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<(), String> {
        let at = line.at;
        self.advance(at);
        let is_meant = |name: &String| line.who.as_ref().is_none_or(|who| who == name);
        let devices: Vec<usize> = (0..self.devices.len())
            .filter(|&at| is_meant(&self.devices[at].name))
            .collect();
        let seats: Vec<usize> = (0..self.seats.len())
            .filter(|&at| {
                let seat = &self.seats[at];
                is_meant(&seat.name) || is_meant(&self.devices[seat.device].name)
            })
            .collect();
        let touched: Vec<usize> = seats.iter().map(|&seat| self.seats[seat].device).collect();
        for device in touched {
            self.wake(device, at);
        }
        if let What::Do(verb) = &line.what {
            return self.happen(verb, at, &devices, &seats);
        }
        if let What::Clock(shows) = line.what {
            if devices.is_empty() {
                return Err("a clock is of a device".to_owned());
            }
            devices
                .iter()
                .for_each(|&device| self.devices[device].wrong_by = shows - at);
            return Ok(());
        }
        let mut looked = 0;
        for seat in seats {
            let Seat {
                name,
                device,
                page: Some(page),
            } = &mut self.seats[seat]
            else {
                continue;
            };
            let device = &self.devices[*device];
            looked += 1;
            match &line.what {
                What::Acknowledge(kind) => page.acknowledge(device, at, kind)?,
                What::Identify(claims) => {
                    let found = page.identify(device, at, &token::sign(claims, at)).err();
                    expect_code(found, claims.refused.as_deref())?;
                }
                What::Expect(all) => {
                    let status = page.status(device, at);
                    for one in all {
                        check::holds(one, &status, self.options.zone)
                            .map_err(|what| format!("{name}: {what}"))?;
                    }
                }
                _ => {}
            }
        }
        if looked == 0 && !matches!(line.what, What::DeviceZone) {
            return Err("no page is open".to_owned());
        }
        Ok(())
    }

    fn happen(
        &mut self,
        verb: &str,
        at: i64,
        devices: &[usize],
        seats: &[usize],
    ) -> Result<(), String> {
        let of_device = ["sleep", "online", "offline", "storage"];
        if of_device.iter().any(|word| verb.contains(word)) {
            if devices.is_empty() {
                return Err(format!("{verb} is of a device"));
            }
            for &seat in seats {
                let (page, device) = self.at(seat);
                page.as_mut().map(|page| page.tick(device, at));
            }
            devices
                .iter()
                .for_each(|&device| self.devices[device].happen(verb, at));
            if verb == "online" {
                for &seat in seats {
                    self.synchronise(seat, at);
                    self.tell(seat, at);
                }
            }
            return Ok(());
        }
        for &seat in seats {
            let (page, device) = self.at(seat);
            let Some(open) = page.as_mut().filter(|_| verb != "start") else {
                if verb != "start" || page.is_some() {
                    let state = if page.is_some() { "" } else { "not " };
                    return Err(format!("{} is {state}open", self.seats[seat].name));
                }
                self.reopen(seat, at)?;
                continue;
            };
            match verb {
                "use" => open.set_active(device, at, None, true),
                "input" | "stream" => {
                    let idle_from = at + open.idle_ms();
                    open.set_active(device, at, Some(idle_from), true)
                }
                "idle" => open.set_active(device, at, None, false),
                "hide" => {
                    open.set_active(device, at, None, false);
                    open.keep(device, at);
                    self.tell(seat, at);
                }
                "close" => {
                    open.keep(device, at);
                    *page = None;
                }
                "restart" => {
                    open.keep(device, at);
                    *page = None;
                    self.reopen(seat, at)?;
                }
                "crash" => *page = None,
                "stop" => {
                    open.tick(device, at);
                    open.meter.stop();
                }
                _ => return Err(format!("{verb} is not in the language")),
            }
        }
        Ok(())
    }

    fn at(&mut self, seat: usize) -> (&mut Option<Page>, &mut Device) {
        let Seat { device, page, .. } = &mut self.seats[seat];
        (page, &mut self.devices[*device])
    }

    fn open(&mut self, seat: usize, at: i64) -> Result<(), String> {
        let offline = self.scenario.offline;
        let device = &self.devices[self.seats[seat].device];
        self.seats[seat].page = Some(Page::open(&self.options, offline, device, at)?);
        self.synchronise(seat, at);
        self.tell(seat, at);
        let (page, device) = self.at(seat);
        page.as_mut().map(|page| page.tick(device, at));
        Ok(())
    }

    /// Opens again; an assertion that was replaced meanwhile is not taken.
    fn reopen(&mut self, seat: usize, at: i64) -> Result<(), String> {
        self.open(seat, at)?;
        let _ = self.present(seat, at);
        Ok(())
    }

    fn present(&mut self, seat: usize, at: i64) -> Result<(), &'static str> {
        let Some(token) = self.token.clone() else {
            return Ok(());
        };
        let (page, device) = self.at(seat);
        page.as_mut()
            .map_or(Ok(()), |page| page.identify(device, at, &token))
    }

    /// Days on which nobody uses anything: a page would only write the same again.
    fn skip(&mut self, to: i64) {
        let mut pages: Vec<&mut Page> = self
            .seats
            .iter_mut()
            .filter_map(|seat| seat.page.as_mut())
            .collect();
        if pages
            .iter()
            .any(|page| page.is_active || to - page.beat_at < DAY_MS)
        {
            return;
        }
        for page in &mut pages {
            page.beat_at += (to - page.beat_at) / HEARTBEAT_MS * HEARTBEAT_MS - HEARTBEAT_MS;
        }
    }

    /// Lets time pass: heartbeats, and users who are taken to have left.
    fn advance(&mut self, to: i64) {
        self.skip(to);
        loop {
            let due = |seat: &Seat| {
                let page = seat
                    .page
                    .as_ref()
                    .filter(|_| self.devices[seat.device].asleep.is_none())?;
                Some(
                    page.until
                        .map_or(page.beat_at, |until| until.min(page.beat_at)),
                )
            };
            let next = (0..self.seats.len())
                .filter_map(|seat| Some((due(&self.seats[seat])?, seat)))
                .min();
            let Some((at, seat)) = next.filter(|&(at, _)| at <= to) else {
                return;
            };
            let is_beat = {
                let (page, device) = self.at(seat);
                let Some(page) = page else { return };
                if page.until.is_some_and(|until| until <= at) {
                    page.set_active(device, at, None, false);
                }
                let is_beat = page.beat_at <= at;
                if is_beat {
                    page.beat_at += HEARTBEAT_MS;
                    page.keep(device, at);
                }
                is_beat && page.tell_at <= at
            };
            if is_beat {
                self.synchronise_if_off(seat, at);
                self.tell(seat, at);
            }
        }
    }

    fn wake(&mut self, device: usize, at: i64) {
        let Some(Sleep { since, is_deep }) = self.devices[device].asleep.take() else {
            return;
        };
        if is_deep {
            self.devices[device].stood_ms += at - since;
        }
        for seat in (0..self.seats.len())
            .filter(|&seat| self.seats[seat].device == device)
            .collect::<Vec<_>>()
        {
            let (page, device) = self.at(seat);
            let Some(page) = page else { continue };
            page.set_active(device, at, None, false);
            page.beat_at = at + HEARTBEAT_MS;
            self.synchronise(seat, at);
            self.tell(seat, at);
        }
    }

    fn synchronise_if_off(&mut self, seat: usize, at: i64) {
        let (page, device) = self.at(seat);
        let asks = |page: &Page| page.is_strict() || page.is_off(device, at);
        if page.as_ref().is_some_and(asks) {
            self.synchronise(seat, at);
        }
    }

    fn synchronise(&mut self, seat: usize, at: i64) {
        let (page, device) = self.at(seat);
        if let Some(page) = page.as_mut().filter(|_| device.is_online) {
            page.synchronise(device, at);
        }
    }

    /// Gives the server the intervals of a page, and the page those of all.
    fn tell(&mut self, seat: usize, at: i64) {
        let Self {
            seats,
            devices,
            server,
            ..
        } = self;
        let Seat { device, page, .. } = &mut seats[seat];
        let (Some(page), Some(server)) = (page, server) else {
            return;
        };
        let device = &devices[*device];
        page.tell_at = at + MINUTE_MS;
        if !device.is_online {
            return;
        }
        let now = page.tick(device, at);
        take(server, &page.meter, at);
        take(&mut page.meter, server, now);
        page.met(device, now, at);
    }
}

/// One ledger takes in another.
fn take(into: &mut Meter, from: &Meter, now: i64) {
    let used = from.ledger().intervals().iter();
    let used: Vec<_> = used.map(|part| (part.start(), part.end())).collect();
    into.absorb(&used, from.ledger().days(), now)
        .expect("a ledger");
}

fn expect_code(found: Option<&str>, expected: Option<&str>) -> Result<(), String> {
    match (found, expected) {
        (None, Some(code)) => Err(format!("expected {code}, but it was accepted")),
        (Some(found), None) => Err(format!("refused with {found}")),
        (Some(found), Some(code)) if found != code => {
            Err(format!("expected {code}, found {found}"))
        }
        _ => Ok(()),
    }
}
