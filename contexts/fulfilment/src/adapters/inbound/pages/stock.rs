//! `/admin/stock`: the shelves, and one form that counts any number of them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, page_with, see_other_with};
use serde::Deserialize;
use shared_kernel::{Limit, Sku};

use super::errors::sentence;
use super::shelf::{by, shelf_path};
use crate::application::set_stock::{SetStock, SetStockError};
use crate::domain::{Count, Kind, PersonsCount, Reference, StockItem};
use crate::ports::{StockBook, StockLine, StockQuery};

/// More problems than this are not told one by one.
const PROBLEMS_SHOWN: usize = 3;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "fulfilment/stock.html")]
struct StockPage {
    frame: PageFrame,
    search: String,
    after: String,
    lines: Vec<LineRow>,
    next: Option<Next>,
}

struct Next {
    search: String,
    after: String,
}

struct LineRow {
    sku: String,
    title: String,
    digital: bool,
    unknown: bool,
    on_hand: i64,
    reserved: i64,
    committed: i64,
    available: i64,
}

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    query: web::Query<ListQuery>,
    stock: web::Data<dyn StockBook>,
) -> Result<HttpResponse, PageError> {
    let ListQuery { q, after } = query.into_inner();
    let text: String = q.chars().take(100).collect();
    let found = stock.list(StockQuery { text: text.clone(), after: after.clone() }, Limit::DEFAULT).await?;
    let next = found.next_cursor.map(|after| Next { search: text.clone(), after });
    let lines = found.items.into_iter().map(LineRow::from).collect();
    page_with(StatusCode::OK, &StockPage { frame, search: text, after: after.unwrap_or_default(), lines, next })
}

/// The form's fields: `sku`, `expected` (what the page showed) and `on_hand` for each shelf, in this order; `q` and `after`
/// lead back to the same list, `back=shelf` to the page of the shelf. What was not changed is left alone.
pub(super) async fn count(
    staff: Staff,
    form: CsrfForm<Vec<(String, String)>>,
    set_stock: web::Data<SetStock>,
    stock: web::Data<dyn StockBook>,
) -> Result<HttpResponse, PageError> {
    let fields = form.into_inner();
    let (mut saved, mut problems) = (Vec::new(), Vec::new());
    for line in lines(&fields).filter(CountedLine::is_changed) {
        match line.save(&staff, &set_stock, &stock).await? {
            Ok(item) => saved.push(item),
            Err(problem) => problems.push(problem),
        }
    }
    Ok(see_other_with(&back(&fields), outcome_message(&saved, &problems)))
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
        stock: &web::Data<dyn StockBook>,
    ) -> Result<Result<StockItem, String>, PageError> {
        let (sku, count) = match self.read(by(staff)) {
            Ok(read) => read,
            Err(problem) => return Ok(Err(problem)),
        };
        if !stock.is_known(&sku).await? {
            return Ok(Err(format!("There is no such product: {sku}.")));
        }
        match set_stock.execute(sku.clone(), count).await {
            Ok(item) => Ok(Ok(item)),
            Err(SetStockError::Refused(refusal)) => {
                Ok(Err(format!("{sku}: {refusal}. Your count of {} was not saved.", self.on_hand)))
            }
            Err(SetStockError::Store(error)) => Err(error.into()),
        }
    }

    fn read(&self, by: Reference) -> Result<(Sku, PersonsCount), String> {
        let sku = Sku::parse(self.sku).map_err(|error| sentence(&error))?;
        let wrong = || format!("{sku}: a count is a whole number from 0 to 1000000000.");
        let on_hand = Count::parse(self.on_hand).ok_or_else(wrong)?;
        let expected = self.expected.and_then(Count::parse).map(Count::get);
        Ok((sku, PersonsCount { on_hand, expected, by }))
    }
}

fn outcome_message(saved: &[StockItem], problems: &[String]) -> Flash {
    let done = match saved {
        [] if problems.is_empty() => "Nothing was changed.".to_owned(),
        [] => String::new(),
        [item] => format!("{}: {} on hand, {} available.", item.sku(), item.on_hand(), item.available()),
        many => format!("{} counts saved.", many.len()),
    };
    if problems.is_empty() {
        return Flash::notice(done);
    }
    let more = problems.len().saturating_sub(PROBLEMS_SHOWN);
    let more = if more > 0 { format!(" {more} more were not saved.") } else { String::new() };
    let shown = problems.iter().take(PROBLEMS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(" ");
    Flash::error(format!("{shown}{more} {done}").trim_end().to_owned())
}

fn back(fields: &[(String, String)]) -> String {
    let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
    if value("back") == "shelf" {
        return shelf_path(value("sku"));
    }
    let search: String = value("q").chars().take(100).collect();
    let page = BackToStock { search: &search, after: value("after") };
    page.render().unwrap_or_else(|_| "/admin/stock".to_owned())
}

/// An address is text with rules, too: the template engine knows how to quote a query.
#[derive(Template)]
#[template(
    source = "/admin/stock{% if !search.is_empty() || !after.is_empty() %}?q={{ search|urlencode_strict }}{% if !after.is_empty() %}&after={{ after|urlencode_strict }}{% endif %}{% endif %}",
    ext = "txt"
)]
struct BackToStock<'a> {
    search: &'a str,
    after: &'a str,
}

impl From<StockLine> for LineRow {
    fn from(line: StockLine) -> Self {
        let item = &line.item;
        Self {
            sku: item.sku().to_string(),
            digital: line.kind == Some(Kind::Digital),
            unknown: !line.is_known(),
            on_hand: item.on_hand(),
            reserved: item.reserved(),
            committed: item.committed(),
            available: item.available(),
            title: line.title.unwrap_or_default(),
        }
    }
}
