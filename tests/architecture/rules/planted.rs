//! The faults of `tests/planted` keep their places: each is found exactly once in its file, so that it can be planted.

use serde::Deserialize;

#[derive(Deserialize)]
struct Faults {
    fault: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    name: String,
    file: String,
    find: String,
    replace: String,
}

/// The fewest that are worth the name of a list.
const MIN_FAULTS: usize = 30;

/// What is wrong with the list. `read` gives the text of a file of the repository.
pub fn breaches(list: &str, read: impl Fn(&str) -> String) -> Vec<String> {
    let parsed = config::Config::builder().add_source(config::File::from_str(list, config::FileFormat::Toml)).build();
    let faults: Faults = match parsed.and_then(config::Config::try_deserialize) {
        Ok(faults) => faults,
        Err(error) => return vec![format!("the list of faults cannot be read: {error}")],
    };
    let misplaced = faults.fault.iter().filter_map(|fault| {
        let places = read(&fault.file).matches(&fault.find).count();
        let is_sound = places == 1 && fault.find != fault.replace;
        (!is_sound).then(|| format!("{:?} has {places} places in {}", fault.name, fault.file))
    });
    let few = (faults.fault.len() < MIN_FAULTS).then(|| format!("only {} faults are listed", faults.fault.len()));
    misplaced.chain(few).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_without_a_place_is_found() {
        let list = "[[fault]]\nname = 'x'\nfile = 'a.rs'\nfind = 'one'\nreplace = 'two'\ntest = '-p a'\n";
        let found = breaches(list, |_| "nothing".to_owned());
        assert_eq!(found, ["\"x\" has 0 places in a.rs", "only 1 faults are listed"]);
        assert_eq!(breaches(list, |_| "one".to_owned()).len(), 1);
        assert_eq!(breaches("nonsense", |_| String::new()).len(), 1);
    }
}
