//! Secrets of the shop: as set, and for the rest made up at first start and kept in the data folder.
//!
//! Processes that share a shop must be set the same ones; made-up ones serve a shop that is one process.

use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared_kernel::Ids;

use crate::config::data_folder::keep_private;
use crate::config::settings::Settings;

/// The secrets in use.
#[derive(Clone)]
pub struct Secrets {
    /// Signs form tokens.
    pub csrf_key: [u8; 32],
    /// The payment sandbox's secret key.
    pub sandbox_secret_key: String,
    /// What payment webhooks may be signed with; the sandbox uses the first.
    pub webhook_secrets: Vec<String>,
}

/// As they are kept in the folder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSecrets {
    csrf_key: String,
    sandbox_secret_key: String,
    webhook_secret: String,
}

impl Secrets {
    /// Takes what is set, and the rest from `secrets.json`, which is made if it is needed and not there, readable by its
    /// owner alone.
    ///
    /// # Errors
    /// When the file cannot be read, understood or written.
    pub fn of(settings: &Settings, ids: &dyn Ids) -> anyhow::Result<Self> {
        let (sandbox, webhooks) =
            (settings.payments.sandbox_secret_key.clone(), settings.payments.webhook_secrets.clone());
        if let (Some(csrf_key), Some(sandbox_secret_key), false) =
            (settings.process.csrf_key, &sandbox, webhooks.is_empty())
        {
            let sandbox_secret_key = sandbox_secret_key.clone();
            return Ok(Self { csrf_key, sandbox_secret_key, webhook_secrets: webhooks });
        }
        let kept = StoredSecrets::load_or_make(&settings.process.data_dir, ids)?;
        Ok(Self {
            csrf_key: settings.process.csrf_key.map_or_else(|| kept.csrf_key(), Ok)?,
            sandbox_secret_key: sandbox.unwrap_or(kept.sandbox_secret_key),
            webhook_secrets: if webhooks.is_empty() { vec![kept.webhook_secret] } else { webhooks },
        })
    }
}

impl StoredSecrets {
    fn load_or_make(folder: &Path, ids: &dyn Ids) -> anyhow::Result<Self> {
        let path = folder.join("secrets.json");
        if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            return serde_json::from_str(&text).with_context(|| path.display().to_string());
        }
        let made = Self {
            csrf_key: random(ids),
            sandbox_secret_key: format!("sk_sandbox_{}", random(ids)),
            webhook_secret: format!("whsec_{}", random(ids)),
        };
        keep_private(folder, "secrets.json", &made)?;
        Ok(made)
    }

    fn csrf_key(&self) -> anyhow::Result<[u8; 32]> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.csrf_key).context("csrf_key in secrets.json")?;
        bytes.try_into().map_err(|_| anyhow::anyhow!("csrf_key in secrets.json has not 32 bytes"))
    }
}

fn random(ids: &dyn Ids) -> String {
    URL_SAFE_NO_PAD.encode(ids.secret())
}

/// New secrets for a shop in several processes, as lines of an environment file.
///
/// # Errors
/// Never; every 32 bytes are a key.
pub fn new_keys(ids: &dyn Ids) -> anyhow::Result<String> {
    let identity = chassis::web::signed::PrivateKey::generate(ids)?;
    let lines = [
        format!("STORE_IDENTITY_PRIVATE_KEY={}", identity.to_text()),
        format!("STORE_IDENTITY_PUBLIC_KEYS={}", identity.public()),
        format!("STORE_CSRF_KEY={}", random(ids)),
        format!("STORE_SANDBOX_SECRET_KEY=sk_sandbox_{}", random(ids)),
        format!("STORE_STRIPE_WEBHOOK_SECRET=whsec_{}", random(ids)),
    ];
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use chassis::SystemIds;
    use chassis::web::signed::{PrivateKey, PublicKey};

    use super::*;

    #[test]
    fn what_is_made_up_is_kept_and_what_is_set_wins() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::in_folder(folder.path()).unwrap();
        let first = Secrets::of(&settings, &SystemIds).unwrap();
        let again = Secrets::of(&settings, &SystemIds).unwrap();
        assert_eq!((first.csrf_key, &first.webhook_secrets), (again.csrf_key, &again.webhook_secrets));
        settings.process.csrf_key = Some([7; 32]);
        settings.payments.webhook_secrets = vec!["whsec_1".to_owned(), "whsec_2".to_owned()];
        let set = Secrets::of(&settings, &SystemIds).unwrap();
        assert_eq!((set.csrf_key, set.webhook_secrets.len()), ([7; 32], 2));
        assert_eq!(set.sandbox_secret_key, first.sandbox_secret_key);
    }

    #[test]
    fn a_process_that_is_set_everything_keeps_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::in_folder(folder.path()).unwrap();
        settings.process.csrf_key = Some([7; 32]);
        settings.payments.webhook_secrets = vec!["whsec_1".to_owned()];
        settings.payments.sandbox_secret_key = Some("sk_sandbox_1".to_owned());
        assert!(Secrets::of(&settings, &SystemIds).is_ok());
        assert!(!folder.path().join("secrets.json").exists());
    }

    #[test]
    fn new_keys_are_settings_that_fit_together() {
        let text = new_keys(&SystemIds).unwrap();
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).unwrap();
        let private = PrivateKey::parse(value("STORE_IDENTITY_PRIVATE_KEY")).unwrap();
        assert_eq!(private.public(), PublicKey::parse(value("STORE_IDENTITY_PUBLIC_KEYS")).unwrap());
        assert_ne!(text, new_keys(&SystemIds).unwrap());
    }
}
