//! `/admin/topology`: which use case states which fact, who hears it, and how that goes. Drawn, and told again in tables.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{Admin, CallerContext, PageError, PageFrame, page};
use shared_kernel::Timestamp;

use super::PageSettings;
use super::topology_drawing::Drawing;
use crate::peers::{ConsumerState, EventRoute, Peers};

#[derive(Template)]
#[template(path = "topology.html")]
struct TopologyPage {
    frame: PageFrame,
    minutes: u64,
    drawing: Drawing,
    events: Vec<EventRoute>,
    consumers: Vec<ConsumerRow>,
    unreachable: Vec<&'static str>,
}

struct ConsumerRow {
    view: ConsumerState,
    /// Since when the oldest message waits, as the shop's clocks show it; empty if none waits.
    oldest: String,
}

pub(super) async fn show(
    _admin: Admin,
    frame: PageFrame,
    asker: CallerContext,
    (peers, settings): (web::Data<Peers>, web::Data<PageSettings>),
) -> Result<HttpResponse, PageError> {
    let topology = peers.topology(&asker).await;
    let drawing = Drawing::of(&topology);
    let row = |view: ConsumerState| ConsumerRow { oldest: shown(view.oldest.as_deref(), &settings.time_zone), view };
    page(&TopologyPage {
        frame,
        minutes: topology.window_seconds / 60,
        drawing,
        events: topology.events,
        consumers: topology.consumers.into_iter().map(row).collect(),
        unreachable: topology.unreachable,
    })
}

fn shown(time: Option<&str>, zone: &str) -> String {
    let time = time.unwrap_or_default();
    Timestamp::parse(time).map_or_else(|_| time.to_owned(), |at| at.format_in(zone))
}
