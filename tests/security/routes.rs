//! Every page that takes a form, read off the routes: a form of which no page is opened by any test is in at once.

use crate::api_fixtures;
use crate::browser;
use crate::matrix::FORMS;
use crate::source;
use crate::support::process::Shop;
use crate::wire::Wire;

/// Where pages are registered.
const PAGES: [&str; 7] = [
    "contexts/catalogue/src/adapters/inbound",
    "contexts/order/src/adapters/inbound",
    "contexts/fulfilment/src/adapters/inbound",
    "contexts/reports/src/adapters/inbound",
    "contexts/customer/src/adapters/inbound",
    "app/src",
    "chassis/stripe-sandbox/src",
];

/// The paths that take a POST from a page of ours.
fn posted() -> Vec<String> {
    let mut found = Vec::new();
    for folder in PAGES {
        for (name, text) in source::files(folder, ".rs") {
            if !name.ends_with("tests.rs") && !name.contains("/tests/") {
                found.extend(posted_in(&text));
            }
        }
    }
    // Programs post to these, and show a token or a key; they carry no cookie.
    found.retain(|path| {
        !path.starts_with("/api/")
            && !path.starts_with("/sandbox/")
            && !source::RELATIVE.iter().any(|start| path.starts_with(start))
    });
    found.sort();
    found.dedup();
    assert!(found.len() > 30, "only {found:?} were found");
    found
}

/// The paths in one file: by attribute, by `.route(path, web::post()`, and by a resource with such a route.
fn posted_in(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found: Vec<String> = source::literals_after(text, "#[post(").into_iter().map(str::to_owned).collect();
    let constant = source::literals_after(text, "const PATH: &str =").first().map(|path| (*path).to_owned());
    for rest in text.split(".route(").skip(1) {
        let Some(path) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
        if rest[path.len() + 2..].trim_start_matches(['"', ',', ' ', '\n']).starts_with("web::post()") {
            found.push(path.to_owned());
        }
    }
    let resources: Vec<&str> = text.split("web::resource(").skip(1).collect();
    for (at, rest) in resources.iter().enumerate() {
        let path = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()).map(str::to_owned);
        let Some(path) = path.or_else(|| constant.clone().filter(|_| rest.starts_with("PATH"))) else { continue };
        let (here, variable) = (rest.split(';').next().unwrap_or_default(), bound_to(text, at));
        let routed = variable.is_some_and(|name| {
            text.contains(&format!("{name}.route(web::post()"))
                || text
                    .split(&format!("({name}.route("))
                    .nth(1)
                    .is_some_and(|rest| rest.split(");").next().unwrap_or_default().contains("web::post()"))
        });
        if here.contains("web::post()") || routed {
            found.push(path);
        }
    }
    found
}

/// The name that the resource is bound to (`let card = web::resource(..`), if it is.
fn bound_to(text: &str, number: usize) -> Option<String> {
    let before = text.split("web::resource(").nth(number)?;
    let line = before.rsplit('\n').next()?.trim();
    Some(line.strip_prefix("let ")?.strip_suffix(" =")?.to_owned())
}

/// Whether `path` is an instance of `pattern`, where `{..}` stands for one part in either.
fn fits(pattern: &str, path: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(a, b): (&&str, &&str)| a == b || a.starts_with('{') || b.starts_with('{');
    one.len() == other.len() && one.iter().zip(&other).all(same)
}

#[test]
fn every_form_is_in_the_table_whether_or_not_a_page_shows_it() {
    let unknown: Vec<String> =
        posted().into_iter().filter(|path| !FORMS.iter().any(|(row, _)| fits(row, path))).collect();
    assert!(unknown.is_empty(), "no row in FORMS of matrix.rs: {unknown:#?}");
}

#[tokio::test]
async fn no_route_takes_a_form_without_the_token_of_the_page() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(5)).await;
    let victim = browser::admin(&shop).await;
    let wire = Wire::to(&shop);
    let (cookie, base) = (format!("sid={}", victim.cookie("sid").unwrap()), shop.url(""));
    let in_parts = ["/pictures", "/products/import", "/digital-files"];
    for path in posted() {
        let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "kea" } else { part }).collect();
        let multipart = in_parts.iter().any(|end| path.ends_with(end));
        let (kind, body) = if multipart {
            let part = |name: &str, file: &str| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\nA\r\n")
            };
            let file = part("file", "; filename=\"a.txt\"");
            ("multipart/form-data; boundary=x", format!("{}{}{file}--x--\r\n", part("csrf", ""), part("sku", "")))
        } else {
            ("application/x-www-form-urlencoded", "csrf=A&sku=KEA&role=admin".to_owned())
        };
        let headers = [("cookie", cookie.as_str()), ("origin", base.as_str()), ("content-type", kind)];
        wire.send("POST", &parts.join("/"), &headers, body).await.is_a_page(403);
    }
}

#[test]
fn routes_are_read_in_every_form_in_which_they_are_written() {
    let text = r#"
        #[post("/login")]
        config.route("/cart", web::get().to(show)).route("/cart/items", web::post().to(add));
        let card = web::resource("/pay/{id}").app_data(core.clone());
        config.service(card.route(web::get().to(show)).route(web::post().to(pay)));
        config.service(web::resource("/media/{name}").route(web::get().to(show)));
        config.service(web::resource("/admin/products").route(web::get().to(show)).route(web::post().to(create)));
        const PATH: &str = "/admin/digital-files";
        web::resource(PATH).app_data(limits).route(web::get().to(show)).route(web::post().to(upload))
    "#;
    let mut found = posted_in(text);
    found.sort();
    assert_eq!(found, ["/admin/digital-files", "/admin/products", "/cart/items", "/login", "/pay/{id}"]);
}
