//! `/admin/stock`: the shelves, and one form that counts any number of them.

use actix_web::{HttpResponse, web};
use chassis::web::{CsrfForm, PageError, PageFrame, Staff, page, see_other_with};
use serde::Deserialize;
use shared_kernel::format::sentence;
use shared_kernel::{Limit, Sku, SkuError};

use super::messages;
use super::paths;
use super::view_models::{StockPage, StockRow};
use crate::adapters::inbound::reference_to;
use crate::application::{SetStock, StockQueries, UpdateError};
use crate::domain::{Count, PersonsCount, Reference, Refusal, StockItem};
use crate::ports::StockQuery;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    query: web::Query<ListQuery>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, PageError> {
    let ListQuery { q, after } = query.into_inner();
    let text: String = q.chars().take(100).collect();
    let found = stock.list(StockQuery { text: text.clone(), after: after.clone() }, Limit::DEFAULT).await?;
    let next = found.next_cursor.map(|after| paths::stock(&text, &after));
    let lines = found.items.into_iter().map(StockRow::from).collect();
    page(&StockPage { frame, search: text, after: after.unwrap_or_default(), lines, next })
}

/// The form's fields: `sku`, `expected` (what the page showed) and `on_hand` for each shelf, in this order; `q` and `after`
/// lead back to the same list, `back=shelf` to the page of the shelf. What was not changed is left alone.
pub(super) async fn count(
    staff: Staff,
    form: CsrfForm<Vec<(String, String)>>,
    set_stock: web::Data<SetStock>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, PageError> {
    let fields = form.into_inner();
    let (mut saved, mut problems) = (Vec::new(), Vec::new());
    for line in lines(&fields).filter(CountedLine::is_changed) {
        match line.save(&staff, &set_stock, &stock).await? {
            Ok(item) => saved.push(item),
            Err(why) => problems.push(why.to_string()),
        }
    }
    Ok(see_other_with(&back(&fields), messages::counted(&saved, &problems)))
}

/// One shelf as the form sends it.
#[derive(Default)]
struct CountedLine<'a> {
    sku: &'a str,
    expected: Option<&'a str>,
    on_hand: &'a str,
}

fn lines(fields: &[(String, String)]) -> impl Iterator<Item = CountedLine<'_>> {
    let mut lines: Vec<CountedLine<'_>> = Vec::new();
    for (name, value) in fields {
        match (name.as_str(), lines.last_mut()) {
            ("sku", _) => lines.push(CountedLine { sku: value.trim(), ..CountedLine::default() }),
            ("expected", Some(line)) => line.expected = Some(value.trim()),
            ("on_hand", Some(line)) => line.on_hand = value.trim(),
            _ => {}
        }
    }
    lines.into_iter()
}

impl CountedLine<'_> {
    fn is_changed(&self) -> bool {
        self.expected != Some(self.on_hand)
    }

    async fn save(
        &self,
        staff: &Staff,
        set_stock: &SetStock,
        stock: &StockQueries,
    ) -> Result<Result<StockItem, NotCounted>, PageError> {
        let (sku, count) = match self.read(reference_to(staff)) {
            Ok(read) => read,
            Err(why) => return Ok(Err(why)),
        };
        if !stock.is_known(&sku).await? {
            return Ok(Err(NotCounted::UnknownSku(sku)));
        }
        match set_stock.execute(sku.clone(), count).await {
            Ok(item) => Ok(Ok(item)),
            Err(UpdateError::Refused(refusal)) => {
                Ok(Err(NotCounted::Refused { sku, refusal, count: self.on_hand.to_owned() }))
            }
            Err(UpdateError::Store(error)) => Err(error.into()),
        }
    }

    fn read(&self, by: Reference) -> Result<(Sku, PersonsCount), NotCounted> {
        let sku = Sku::parse(self.sku).map_err(NotCounted::NotASku)?;
        let on_hand = Count::parse(self.on_hand).ok_or_else(|| NotCounted::NotACount(sku.clone()))?;
        let expected = self.expected.and_then(Count::parse).map(Count::get);
        Ok((sku, PersonsCount { on_hand, expected, by }))
    }
}

/// Why a count was not saved.
#[derive(Debug, thiserror::Error)]
enum NotCounted {
    #[error("{}", sentence(.0))]
    NotASku(SkuError),
    #[error("{0}: a count is a whole number from 0 to 1000000000.")]
    NotACount(Sku),
    #[error("There is no such product: {0}.")]
    UnknownSku(Sku),
    #[error("{sku}: {refusal}. Your count of {count} was not saved.")]
    Refused { sku: Sku, refusal: Refusal, count: String },
}

fn back(fields: &[(String, String)]) -> String {
    let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
    if value("back") == "shelf" {
        return paths::shelf(value("sku"));
    }
    let search: String = value("q").chars().take(100).collect();
    paths::stock(&search, value("after"))
}
