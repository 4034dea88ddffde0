//! The rules, applied to this repository.

use chassis::messaging::PublishedEvent;

use crate::repository::{CHASSIS, CONTEXTS, Repository};
use crate::rules::{
    circles, edges, facts, folders, languages, lengths, lockfile, module_docs, planted, purity, skeleton, statements,
    swallowed, tables, templates, words,
};

fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "{} breaches:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let edges = Repository::open().edges();
    assert!(edges.len() > 10, "too few edges were read: {edges:?}");
    none(&edges::breaches(&edges));
}

#[test]
fn the_kernel_and_the_chassis_depend_on_what_they_are_meant_to() {
    let repository = Repository::open();
    none(&edges::kernel_breaches(&repository.dependencies_of("shared-kernel")));
    none(&edges::owner_breaches(&repository.all_dependencies()));
}

#[test]
fn no_files_of_different_folders_need_each_other() {
    let repository = Repository::open();
    for owner in CONTEXTS.iter().copied().chain(CHASSIS).chain(["chassis", "app", "shared-kernel"]) {
        none(&circles::breaches(&repository.sources_of(owner)));
    }
}

#[test]
fn planted_faults_keep_their_places() {
    let repository = Repository::open();
    none(&planted::breaches(&repository.text("tests/planted/faults.toml"), |file| repository.text(file)));
}

#[test]
fn no_context_speaks_of_another_one() {
    let repository = Repository::open();
    for owner in CONTEXTS.iter().copied().chain(CHASSIS).chain(["chassis", "shared-kernel"]) {
        none(&repository.each_source_of(owner, |file| languages::breaches(owner, &file.path, &file.text)));
    }
}

#[test]
fn domain_application_and_ports_do_no_input_or_output() {
    let repository = Repository::open();
    let mut seen = 0;
    for context in CONTEXTS {
        none(&repository.each_source_of(context, |file| {
            seen += usize::from(purity::layer(&file.path).is_some());
            purity::breaches(&file.path, &file.text)
        }));
    }
    assert!(seen > 20, "only {seen} files of domain, application and ports were read");
    none(&repository.each_source_of("shared-kernel", |file| purity::kernel_breaches(&file.path, &file.text)));
}

#[test]
fn a_context_touches_only_its_own_tables() {
    let repository = Repository::open();
    let messaging = tables::created(&repository.migrations("chassis"));
    assert!(messaging.contains("outbox"), "the chassis' tables were not found");
    for context in CONTEXTS {
        let migrations = repository.migrations(context);
        let own = tables::created(&migrations);
        assert!(!own.is_empty(), "{context} has no tables");
        none(&tables::migration_breaches(context, &migrations, &own));
        let known = own.union(&messaging).cloned().collect();
        none(&repository.each_source_of(context, |file| tables::breaches(&file.path, &file.text, &known)));
    }
}

#[test]
fn statements_are_constants_and_stand_where_they_belong() {
    let repository = Repository::open();
    for owner in CONTEXTS.iter().copied().chain(CHASSIS).chain(["chassis", "app"]) {
        none(&repository.each_source_of(owner, |file| statements::breaches(&file.path, &file.text)));
    }
}

#[test]
fn every_module_opens_with_its_role() {
    none(&Repository::open().each_source(|file| module_docs::breaches(&file.path, &file.text)));
}

#[test]
fn no_file_is_longer_than_can_be_read_at_once() {
    none(&Repository::open().each_source(|file| lengths::breaches(&file.path, &file.text)));
}

#[test]
fn the_folders_are_those_agreed_on() {
    let repository = Repository::open();
    none(&folders::top_level_breaches(&repository.folders("")));
    none(&folders::list_breaches("contexts", &repository.folders("contexts"), &CONTEXTS));
    for context in CONTEXTS {
        none(&folders::layout_breaches(context, |path| repository.has(path)));
    }
}

#[test]
fn nothing_banned_is_linked() {
    let repository = Repository::open();
    let banned = lockfile::banned(&repository.text("deny.toml"));
    assert!(banned.len() >= 4, "the bans were not read: {banned:?}");
    none(&lockfile::breaches(&repository.text("Cargo.lock"), &banned));
}

#[test]
fn no_template_shows_what_people_type_as_anything_but_text() {
    let repository = Repository::open();
    let templates = repository.templates();
    assert!(templates.len() > 40, "only {} templates were read", templates.len());
    none(&templates.iter().flat_map(|file| templates::breaches(&file.path, &file.text)).collect::<Vec<_>>());
    for owner in CONTEXTS.iter().copied().chain(CHASSIS).chain(["chassis", "app"]) {
        none(&repository.each_source_of(owner, |file| templates::source_breaches(&file.path, &file.text)));
    }
}

#[test]
fn no_error_of_reading_or_writing_json_is_swallowed() {
    let repository = Repository::open();
    for owner in CONTEXTS.iter().copied().chain(CHASSIS).chain(["chassis", "app", "shared-kernel"]) {
        none(&repository.each_source_of(owner, swallowed::breaches));
    }
}

#[test]
fn texts_speak_the_words_of_the_glossary() {
    let texts = Repository::open().texts();
    assert!(texts.len() > 500, "only {} texts were read", texts.len());
    none(&texts.iter().flat_map(|file| words::breaches(&file.path, &file.text)).collect::<Vec<_>>());
}

#[test]
fn every_context_has_the_same_skeleton() {
    let repository = Repository::open();
    for context in CONTEXTS {
        none(&skeleton::missing(context, |path| repository.has(path)));
        none(&repository.each_source_of(context, |file| {
            let mut breaches = skeleton::place_breaches(&file.path);
            breaches.extend(skeleton::use_case_breaches(file));
            breaches.extend(skeleton::edge_breaches(file));
            breaches
        }));
    }
}

#[test]
fn facts_are_declared_with_the_use_cases_that_may_state_them() {
    let repository = Repository::open();
    for context in CONTEXTS {
        let declared: &[PublishedEvent] = match context {
            "catalogue" => catalogue::CatalogueModule::PUBLISHED,
            "customer" => customer::CustomerModule::PUBLISHED,
            "fulfilment" => fulfilment::FulfilmentModule::PUBLISHED,
            "order" => order::OrderModule::PUBLISHED,
            _ => &[],
        };
        let declared: Vec<_> = declared.iter().map(|event| (event.event_type, event.stated_by)).collect();
        let stated = facts::stated(context, &repository.sources_of(context));
        none(&facts::breaches(context, &declared, &stated, &repository.contract_of(context)));
    }
}
