//! Chromium and its driver, for one test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chassis::testing::eventually;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

/// How long a page may take to become what it must be.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A browser window, and the driver process behind it.
pub struct Browser {
    pub client: Client,
    driver: Child,
    base: String,
    _profile: tempfile::TempDir,
}

/// Opens a browser on the shop at `base`, or says why there is none.
pub async fn open(base: &str, scripts: bool) -> Option<Browser> {
    let Some(program) = find("chromedriver") else {
        assert!(std::env::var_os("STORE_TESTS_MUST_RUN").is_none(), "chromedriver is missing");
        eprintln!("SKIPPED: no chromedriver on this machine");
        return None;
    };
    let port = chassis::testing::free_port();
    let driver = Command::new(program)
        .args([format!("--port={port}"), "--log-level=SEVERE".to_owned()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let profile = tempfile::tempdir().unwrap();
    let folder = format!("--user-data-dir={}", profile.path().display());
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--window-size=1280,1000",
        "--hide-scrollbars",
        &folder,
    ];
    let setting = if scripts { 1 } else { 2 };
    let wanted = json!({
        "goog:chromeOptions": {"args": arguments, "prefs": {"profile.managed_default_content_settings.javascript": setting}},
        "goog:loggingPrefs": {"browser": "ALL"},
    });
    let wanted = wanted.as_object().unwrap().clone();
    let address = format!("http://127.0.0.1:{port}");
    let client = eventually(TIMEOUT, || async {
        ClientBuilder::new(HttpConnector::new()).capabilities(wanted.clone()).connect(&address).await.ok()
    })
    .await;
    Some(Browser { client, driver, base: base.to_owned(), _profile: profile })
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

impl Browser {
    /// Goes to a page of the shop.
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Types into the field of that name, over whatever stands there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.client.find(Locator::Css(&format!("main [name='{name}']"))).await;
        let field = field.unwrap_or_else(|error| panic!("no field {name}: {error}"));
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Clicks the first element that the selector finds, as soon as it is there.
    pub async fn click(&self, selector: &str) {
        let element = self.client.wait().at_most(TIMEOUT).for_element(Locator::Css(selector)).await;
        element.unwrap_or_else(|error| panic!("no {selector}: {error}")).click().await.unwrap();
    }

    /// The text of the first element that the selector finds, as soon as it is there.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.client.wait().at_most(TIMEOUT).for_element(Locator::Css(selector)).await;
        element.unwrap_or_else(|error| panic!("no {selector}: {error}")).text().await.unwrap()
    }

    /// How many elements the selector finds.
    pub async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.unwrap().len()
    }

    /// Waits until the browser is at a path that begins so.
    pub async fn at(&self, path: &str) {
        let expected = format!("{}{path}", self.base);
        eventually(TIMEOUT, || async {
            let url = self.client.current_url().await.ok()?;
            url.as_str().starts_with(&expected).then_some(())
        })
        .await;
    }

    /// Logs in at the login form.
    pub async fn log_in(&self, email: &str, password: &str) {
        self.goto("/login").await;
        self.fill("email", email).await;
        self.fill("password", password).await;
        self.click("main form button").await;
        self.text("[data-test='first-name']").await;
    }

    /// Saves a screenshot of the page if screenshots are asked for.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("STORE_SCREENSHOTS") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), png).unwrap();
    }

    /// A page must fit its window: nothing may have to be scrolled sideways.
    pub async fn fits(&self) {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
        let overhang = self.client.execute(script, vec![]).await.unwrap();
        let url = self.client.current_url().await.unwrap();
        assert_eq!(overhang, 0, "{url} is wider than its window");
    }

    /// Every field of every form on the page must have a name that can be read out.
    pub async fn labelled(&self) {
        let script = "return [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
            .filter(f => !(f.labels && f.labels.length) && !f.getAttribute('aria-label')).map(f => f.name);";
        let nameless = self.client.execute(script, vec![]).await.unwrap();
        let url = self.client.current_url().await.unwrap();
        assert_eq!(nameless, json!([]), "fields without a label on {url}");
    }

    /// Ends the browser.
    pub async fn close(mut self) {
        let _closed = self.client.clone().close().await;
        self.driver.kill().unwrap();
        self.driver.wait().unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ended_before = self.driver.kill();
        let _ = self.driver.wait();
    }
}
