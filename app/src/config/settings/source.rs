//! Settings as they are written: the file, the environment, and how a group of settings is read from them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{Deserializer, Error as _, Visitor};

/// The file in the working directory that is read when no other is named. Exactly this name: the program itself is called
/// `better-store`, and often lies in the folder that it is started from.
const DEFAULT_FILE: &str = "better-store.toml";

/// The command line's own variables: of our prefix, but no settings of the shop.
const NOT_SETTINGS: [&str; 1] = ["STORE_USER_PASSWORD"];

/// The settings that are written somewhere, by name, and the names of all that were asked for.
#[derive(Default)]
pub(super) struct Texts {
    written: BTreeMap<String, String>,
    known: BTreeSet<&'static str>,
}

impl Texts {
    /// Reads `file` (or the default file, if there is one) and the `STORE_*` variables, which win.
    pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        Self::from_sources(read_file(file)?.as_deref(), std::env::vars())
    }

    fn from_sources(toml: Option<&str>, variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Self> {
        use config::Source as _;
        let mut builder = config::Config::builder();
        if let Some(toml) = toml {
            builder = builder.add_source(config::File::from_str(toml, config::FileFormat::Toml));
        }
        let values = builder.add_source(environment(variables)).build().and_then(|all| all.collect());
        let values = values.context("the settings")?.into_iter();
        let texts = values.map(|(name, value)| Ok((value.into_string().with_context(|| variable(&name))?, name)));
        Ok(texts.collect::<anyhow::Result<Vec<_>>>()?.into_iter().map(|(text, name)| (name, text)).collect())
    }

    pub(super) fn set(&mut self, name: &str, text: String) {
        self.written.insert(name.to_owned(), text);
    }

    /// Sets it if it is not written, and says whether it was.
    pub(super) fn set_default(&mut self, name: &str, text: impl FnOnce() -> String) -> bool {
        let is_written = self.written.contains_key(name);
        self.written.entry(name.to_owned()).or_insert_with(text);
        is_written
    }

    /// Reads a group: a struct with a field for each setting, which is a `String` or says how its text is read.
    ///
    /// # Errors
    /// Names the setting and what it may be. Repeats the text of no secret.
    pub(super) fn read<T: for<'de> serde::Deserialize<'de>>(&mut self) -> anyhow::Result<T> {
        Ok(T::deserialize(self)?)
    }

    /// The names of all settings that were read, as environment variables.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.known.iter().map(|name| variable(name)).collect()
    }

    /// Refuses a setting that no group has, and suggests the one that was probably meant.
    pub(super) fn refuse_unknown(&self) -> anyhow::Result<()> {
        let Some(unknown) = self.written.keys().find(|name| !self.known.contains(name.as_str())) else {
            return Ok(());
        };
        let closeness = |name: &str| strsim::jaro_winkler(name, unknown);
        let nearest = self.known.iter().max_by(|a, b| closeness(a).total_cmp(&closeness(b)));
        let hint = nearest.filter(|name| closeness(name) > 0.85);
        let hint = hint.map(|name| format!("; did you mean {}?", variable(name))).unwrap_or_default();
        anyhow::bail!("there is no setting {}{hint}", variable(unknown))
    }
}

impl FromIterator<(String, String)> for Texts {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(written: I) -> Self {
        Self { written: written.into_iter().collect(), known: BTreeSet::new() }
    }
}

impl<'de> Deserializer<'de> for &mut Texts {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.known.extend(fields);
        // serde's own errors do not say which field they are about; it is the one that was handed out last.
        let current = Cell::new("");
        let written = fields.iter().filter_map(|name| {
            current.set(name);
            Some((*name, self.written.get(*name)?.as_str()))
        });
        let read = visitor.visit_map(MapDeserializer::new(written));
        read.map_err(|error: Error| Error::custom(format_args!("{}: {error}", variable(current.get()))))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("settings are read in groups"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The environment variable of a setting.
fn variable(name: &str) -> String {
    format!("STORE_{}", name.to_uppercase())
}

/// The text of the named file, or of the default one if it exists.
fn read_file(named: Option<&Path>) -> anyhow::Result<Option<String>> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    match std::fs::read_to_string(path) {
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).with_context(|| format!("the settings file {}", path.display())),
    }
}

fn environment(variables: impl Iterator<Item = (String, String)>) -> config::Environment {
    let settings = variables.filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()));
    config::Environment::with_prefix("STORE").ignore_empty(true).try_parsing(false).source(Some(settings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::Settings;

    fn read(toml: Option<&str>, variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Texts::from_sources(toml, variables).and_then(Settings::read)
    }

    #[test]
    fn variables_win_over_the_file_and_a_password_for_the_command_line_is_no_setting() {
        let variables = [("STORE_SHOP_NAME", "Tiny"), ("STORE_USER_PASSWORD", "secret"), ("PATH", "/bin")];
        let settings = read(Some("shop_name = 'Large'\nworkers = 4\ndemo = false"), &variables).unwrap();
        assert_eq!((settings.site.name.as_str(), settings.process.workers), ("Tiny", 4));
        assert!(!settings.accounts.demo);
    }

    #[test]
    fn a_misspelt_setting_is_refused_with_the_one_that_was_probably_meant() {
        for (toml, variables) in [(None, [("STORE_SHOP_NMAE", "x")].as_slice()), (Some("shop_nmae = 'x'"), &[])] {
            let refused = read(toml, variables).unwrap_err().to_string();
            assert_eq!(refused, "there is no setting STORE_SHOP_NMAE; did you mean STORE_SHOP_NAME?");
        }
        let refused = read(None, &[("STORE_COLOUR_OF_THE_SKY", "x")]).unwrap_err().to_string();
        assert_eq!(refused, "there is no setting STORE_COLOUR_OF_THE_SKY");
    }

    #[test]
    fn a_list_in_the_file_is_refused_by_the_settings_name() {
        let refused = read(Some("trusted_proxies = ['10.0.0.0/8']"), &[]).unwrap_err().to_string();
        assert!(refused.contains("STORE_TRUSTED_PROXIES"), "{refused}");
    }

    #[test]
    fn a_named_file_is_read_under_exactly_this_name_and_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.conf");
        std::fs::write(&path, "shop_name = 'Tiny'").unwrap();
        assert!(read_file(Some(&path)).unwrap().unwrap().contains("Tiny"));
        for missing in ["shop", "shop.toml", "."] {
            let refused = read_file(Some(&folder.path().join(missing))).unwrap_err().to_string();
            assert!(refused.starts_with("the settings file"), "{refused}");
        }
    }
}
