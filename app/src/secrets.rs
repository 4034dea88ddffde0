//! Secrets that the shop makes up for itself at first start and keeps in its data folder.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared_kernel::Ids;

/// The secrets of one data folder.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Signs form tokens; base64.
    csrf_key: String,
    /// The payment sandbox's secret key.
    pub sandbox_secret_key: String,
    /// Signs the payment sandbox's webhooks.
    pub webhook_secret: String,
}

impl Secrets {
    /// Reads `secrets.json`, or makes it, readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be read, understood or written.
    pub fn load_or_make(folder: &Path, ids: &dyn Ids) -> anyhow::Result<Self> {
        let path = folder.join("secrets.json");
        if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            return serde_json::from_str(&text).with_context(|| path.display().to_string());
        }
        let random = || URL_SAFE_NO_PAD.encode(ids.secret());
        let made = Self {
            csrf_key: random(),
            sandbox_secret_key: format!("sk_sandbox_{}", random()),
            webhook_secret: format!("whsec_{}", random()),
        };
        keep_private(folder, "secrets.json", &made)?;
        Ok(made)
    }

    /// The key that signs form tokens.
    ///
    /// # Errors
    /// When the file was edited and the key is no key any more.
    pub fn csrf_key(&self) -> anyhow::Result<[u8; 32]> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.csrf_key).context("csrf_key in secrets.json")?;
        bytes.try_into().map_err(|_| anyhow::anyhow!("csrf_key in secrets.json has not 32 bytes"))
    }
}

/// Writes a file that only its owner may read, beside its place and then into it: a crash leaves all of it or none.
///
/// # Errors
/// When it cannot be written.
pub fn keep_private(folder: &Path, name: &str, value: &impl Serialize) -> anyhow::Result<()> {
    let unfinished = folder.join(format!("{name}.new"));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(serde_json::to_string_pretty(value)?.as_bytes())?;
    file.sync_all()?;
    Ok(std::fs::rename(&unfinished, folder.join(name))?)
}
