//! The picture of `/admin/topology`: use cases on the left, the facts that they state in the middle, consumers on the right.
//!
//! It only says where everything stands; words and colours are the template's and the style sheet's. A page without
//! scripts cannot sort the lines out on demand, so everything about one context stands in a band of its own, and use cases
//! are ordered by the facts that they state.

use std::collections::{BTreeMap, BTreeSet};

use crate::peers::{ConsumerState, EventRoute, Topology};

const WIDTH: usize = 955;
/// The row with the names of the columns.
const TOP: usize = 34;
const ROW_HEIGHT: usize = 24;
const BAND_HEAD: usize = 32;
const BAND_GAP: usize = 16;
const BAND_WIDTH: usize = 568;
const USE_CASE_X: usize = 190;
const EVENT_X: usize = 296;
const EVENT_WIDTH: usize = 262;
const CONSUMER_X: usize = 735;
const CONSUMER_HEIGHT: usize = 42;
const CONSUMER_STEP: usize = 52;
const CONSUMER_HEAD: usize = 30;
/// The names of the columns and where they begin.
const COLUMNS: [(&str, usize); 3] = [("Use case", USE_CASE_X - 62), ("Event", EVENT_X), ("Consumer", CONSUMER_X)];
/// How many colours the style sheet has for lines.
const COLOURS: usize = 4;

/// Where everything stands, in the units of the `viewBox`.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) bands: Vec<Band>,
    /// What stands above each column, and where.
    pub(super) columns: [(&'static str, usize); 3],
    pub(super) lines: Vec<Line>,
    pub(super) use_cases: Vec<Label>,
    pub(super) events: Vec<Event>,
    pub(super) consumer_heads: Vec<Label>,
    pub(super) consumers: Vec<Consumer>,
}

/// The part of a context that states facts.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) name: String,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

#[derive(Debug)]
pub(super) struct Label {
    pub(super) text: String,
    pub(super) x: usize,
    pub(super) y: usize,
}

#[derive(Debug)]
pub(super) struct Line {
    /// One of the style sheet's, the same for all lines of a context.
    pub(super) colour: usize,
    /// What the `d` of a path says.
    pub(super) path: String,
}

#[derive(Debug)]
pub(super) struct Event {
    /// Without what its context's name says.
    pub(super) name: String,
    pub(super) rate: String,
    pub(super) x: usize,
    pub(super) right: usize,
    /// The middle of its box.
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) is_heard: bool,
}

#[derive(Debug)]
pub(super) struct Consumer {
    pub(super) name: String,
    pub(super) state: String,
    pub(super) x: usize,
    /// The upper edge of its box.
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Whether there are dead letters.
    pub(super) has_failed: bool,
}

impl Drawing {
    /// What is known of the shop.
    pub(super) fn of(topology: &Topology) -> Self {
        let mut drawing = Self { width: WIDTH, columns: COLUMNS, ..Self::default() };
        let mut places = BTreeMap::new();
        let mut bottom = TOP;
        for (colour, events) in by_context(&topology.events).into_iter().enumerate() {
            bottom = drawing.add_band(bottom, colour % COLOURS, &events, &mut places);
        }
        let listening: Vec<&ConsumerState> = topology.consumers.iter().filter(|it| !it.hears.is_empty()).collect();
        let contexts: BTreeSet<&str> = listening.iter().map(|it| context_of(it)).collect();
        let needed = listening.len() * CONSUMER_STEP + contexts.len() * CONSUMER_HEAD;
        drawing.height = bottom.max(TOP + needed);
        drawing.add_consumers(TOP + (drawing.height - TOP - needed) / 2, &listening, &places);
        drawing
    }

    /// Adds what one context states, below `y`; answers where the next may begin.
    fn add_band<'a>(
        &mut self,
        y: usize,
        colour: usize,
        events: &[&'a EventRoute],
        places: &mut BTreeMap<&'a str, (usize, usize)>,
    ) -> usize {
        let use_cases = use_cases_of(events);
        let rows = use_cases.len().max(events.len());
        let (top, height) = (y + BAND_HEAD, BAND_HEAD + rows * ROW_HEIGHT + BAND_GAP / 2);
        let context = events.first().map(|route| route.event.context.clone()).unwrap_or_default();
        let start = format!("store.{context}.");
        self.bands.push(Band { name: context, y, width: BAND_WIDTH, height });
        for (index, route) in events.iter().enumerate() {
            let middle = spread(top, rows, events.len(), index);
            places.insert(&route.event.name, (colour, middle));
            self.events.push(Event {
                name: route.event.name.strip_prefix(&start).unwrap_or(&route.event.name).to_owned(),
                rate: format!("{}/min", route.event.per_minute),
                x: EVENT_X,
                right: EVENT_X + EVENT_WIDTH - 10,
                y: middle,
                width: EVENT_WIDTH,
                is_heard: !route.heard_by.is_empty(),
            });
        }
        for (index, use_case) in use_cases.iter().enumerate() {
            let middle = spread(top, rows, use_cases.len(), index);
            self.use_cases.push(Label { text: (*use_case).to_owned(), x: USE_CASE_X, y: middle });
            for route in events.iter().filter(|route| route.event.stated_by.iter().any(|name| name == use_case)) {
                let to = places.get(route.event.name.as_str()).map_or(middle, |(_, y)| *y);
                self.lines.push(line(colour, (USE_CASE_X + 8, middle), (EVENT_X, to)));
            }
        }
        y + height + BAND_GAP
    }

    fn add_consumers(&mut self, from: usize, consumers: &[&ConsumerState], places: &BTreeMap<&str, (usize, usize)>) {
        let (mut y, mut context) = (from, "");
        for consumer in consumers {
            if context != context_of(consumer) {
                context = context_of(consumer);
                self.consumer_heads.push(Label { text: context.to_owned(), x: CONSUMER_X, y: y + CONSUMER_HEAD - 10 });
                y += CONSUMER_HEAD;
            }
            let middle = y + CONSUMER_HEIGHT / 2;
            for (colour, event) in consumer.hears.iter().filter_map(|name| places.get(name.as_str())) {
                self.lines.push(line(*colour, (EVENT_X + EVENT_WIDTH, *event), (CONSUMER_X, middle)));
            }
            let ConsumerState { per_minute, waiting, dead, .. } = consumer;
            self.consumers.push(Consumer {
                name: consumer.name.rsplit('/').next().unwrap_or_default().to_owned(),
                state: format!("{per_minute}/min · {waiting} waiting · {dead} failed"),
                x: CONSUMER_X,
                y,
                width: WIDTH - CONSUMER_X - 1,
                height: CONSUMER_HEIGHT,
                has_failed: *dead > 0,
            });
            y += CONSUMER_STEP;
        }
    }
}

fn context_of(consumer: &ConsumerState) -> &str {
    consumer.name.split('/').next().unwrap_or_default()
}

/// Those of one context stand together already.
fn by_context(events: &[EventRoute]) -> Vec<Vec<&EventRoute>> {
    let chunks = events.chunk_by(|one, other| one.event.context == other.event.context);
    chunks.map(|chunk| chunk.iter().collect()).collect()
}

/// Each once, those first whose facts stand first.
fn use_cases_of<'a>(events: &[&'a EventRoute]) -> Vec<&'a str> {
    let mut places: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, route) in events.iter().enumerate() {
        for name in &route.event.stated_by {
            let (sum, count) = places.entry(name).or_default();
            (*sum, *count) = (*sum + index * 1_000, *count + 1);
        }
    }
    let mut names: Vec<(usize, &str)> = places.into_iter().map(|(name, (sum, count))| (sum / count, name)).collect();
    names.sort_unstable();
    names.into_iter().map(|(_, name)| name).collect()
}

/// The middle of one of `count` things that share the height of so many rows.
fn spread(top: usize, rows: usize, count: usize, index: usize) -> usize {
    top + (2 * index + 1) * rows * ROW_HEIGHT / (2 * count.max(1))
}

fn line(colour: usize, (x1, y1): (usize, usize), (x2, y2): (usize, usize)) -> Line {
    let middle = usize::midpoint(x1, x2);
    Line { colour, path: format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::{Collected, ContextTopology, StatedEvent};

    fn context(name: &str, events: &[(&str, &[&str])], hears: &[&str]) -> ContextTopology {
        let event = |(event, stated_by): &(&str, &[&str])| StatedEvent {
            name: format!("store.{name}.{event}.v1"),
            context: name.to_owned(),
            stated_by: stated_by.iter().map(|it| (*it).to_owned()).collect(),
            stated: 3,
            per_minute: 0.6,
        };
        let consumer = ConsumerState {
            name: format!("{name}/listen"),
            hears: hears.iter().map(|it| (*it).to_owned()).collect(),
            handled: 0,
            per_minute: 0.0,
            retries: 0,
            waiting: 2,
            retrying: 0,
            oldest: None,
            dead: 1,
        };
        ContextTopology { events: events.iter().map(event).collect(), consumers: vec![consumer] }
    }

    fn draw(items: Vec<ContextTopology>) -> Drawing {
        Drawing::of(&Topology::from(Collected { items, unreachable: Vec::new() }))
    }

    #[test]
    fn every_fact_is_joined_to_who_states_it_and_who_hears_it() {
        let order = context("order", &[("placed", &["place"]), ("paid", &["pay", "check"])], &[]);
        let reports = context("reports", &[], &["store.order.paid.v1", "store.shoes.sold.v1"]);
        let drawing = draw(vec![order, reports]);
        let names = |labels: &[Label]| labels.iter().map(|label| label.text.clone()).collect::<Vec<_>>();
        assert_eq!(names(&drawing.use_cases), ["place", "check", "pay"]);
        let events: Vec<_> =
            drawing.events.iter().map(|it| (it.name.as_str(), it.rate.as_str(), it.is_heard)).collect();
        assert_eq!(events, [("placed.v1", "0.6/min", false), ("paid.v1", "0.6/min", true)]);
        assert_eq!(names(&drawing.consumer_heads), ["reports"], "who hears nothing from the bus is not drawn");
        assert_eq!(drawing.consumers[0].state, "0/min · 2 waiting · 1 failed");
        assert_eq!(drawing.lines.len(), 4, "three statements, one hearing; nobody is known to state the other fact");
    }

    #[test]
    fn nothing_overlaps_and_nothing_leaves_the_picture() {
        let many: Vec<(&str, &[&str])> = vec![("a", &["x"]), ("b", &["x", "y", "z"]), ("c", &["u", "v", "w"])];
        let hears = ["store.one.a.v1"];
        let contexts = ["one", "two", "three", "four", "five", "six"].map(|name| context(name, &many, &hears));
        let drawing = draw(contexts.into());
        let events = drawing.events.windows(2).all(|pair| pair[1].y >= pair[0].y + ROW_HEIGHT);
        let use_cases = drawing.use_cases.windows(2).all(|pair| pair[1].y >= pair[0].y + ROW_HEIGHT);
        let consumers = drawing.consumers.windows(2).all(|pair| pair[1].y >= pair[0].y + CONSUMER_HEIGHT);
        assert!(events && use_cases && consumers, "{drawing:?}");
        assert!(drawing.bands.iter().all(|band| band.y + band.height <= drawing.height));
        assert!(drawing.consumers.iter().all(|it| it.y + it.height <= drawing.height && it.x + it.width <= WIDTH));
        assert!(draw(Vec::new()).lines.is_empty(), "a shop of which nothing is known can be drawn, too");
    }
}
