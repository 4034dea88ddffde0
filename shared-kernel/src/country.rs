//! Countries by ISO 3166-1, and what else they are called in old order books and by other authorities.
//!
//! Only reads what people and other programs write. What can be delivered where, or is taxed how, is not decided here.

/// Every officially assigned alpha-2 code with an English short name, by name.
const COUNTRIES: &str = "AF Afghanistan|AX Åland Islands|AL Albania|DZ Algeria|AS American Samoa|AD Andorra|AO Angola|AI Anguilla|\
AQ Antarctica|AG Antigua and Barbuda|AR Argentina|AM Armenia|AW Aruba|AU Australia|AT Austria|AZ Azerbaijan|\
BS Bahamas|BH Bahrain|BD Bangladesh|BB Barbados|BY Belarus|BE Belgium|BZ Belize|BJ Benin|BM Bermuda|BT Bhutan|\
BO Bolivia|BQ Bonaire, Sint Eustatius and Saba|BA Bosnia and Herzegovina|BW Botswana|BV Bouvet Island|BR Brazil|\
IO British Indian Ocean Territory|BN Brunei|BG Bulgaria|BF Burkina Faso|BI Burundi|CV Cabo Verde|KH Cambodia|\
CM Cameroon|CA Canada|KY Cayman Islands|CF Central African Republic|TD Chad|CL Chile|CN China|CX Christmas Island|\
CC Cocos (Keeling) Islands|CO Colombia|KM Comoros|CG Congo|CD Congo (Democratic Republic)|CK Cook Islands|\
CR Costa Rica|CI Côte d'Ivoire|HR Croatia|CU Cuba|CW Curaçao|CY Cyprus|CZ Czechia|DK Denmark|DJ Djibouti|\
DM Dominica|DO Dominican Republic|EC Ecuador|EG Egypt|SV El Salvador|GQ Equatorial Guinea|ER Eritrea|EE Estonia|\
SZ Eswatini|ET Ethiopia|FK Falkland Islands|FO Faroe Islands|FJ Fiji|FI Finland|FR France|GF French Guiana|\
PF French Polynesia|TF French Southern Territories|GA Gabon|GM Gambia|GE Georgia|DE Germany|GH Ghana|GI Gibraltar|\
GR Greece|GL Greenland|GD Grenada|GP Guadeloupe|GU Guam|GT Guatemala|GG Guernsey|GN Guinea|GW Guinea-Bissau|\
GY Guyana|HT Haiti|HM Heard Island and McDonald Islands|HN Honduras|HK Hong Kong|HU Hungary|IS Iceland|IN India|\
ID Indonesia|IR Iran|IQ Iraq|IE Ireland|IM Isle of Man|IL Israel|IT Italy|JM Jamaica|JP Japan|JE Jersey|JO Jordan|\
KZ Kazakhstan|KE Kenya|KI Kiribati|KP Korea (North)|KR Korea (South)|KW Kuwait|KG Kyrgyzstan|LA Laos|LV Latvia|\
LB Lebanon|LS Lesotho|LR Liberia|LY Libya|LI Liechtenstein|LT Lithuania|LU Luxembourg|MO Macao|MG Madagascar|\
MW Malawi|MY Malaysia|MV Maldives|ML Mali|MT Malta|MH Marshall Islands|MQ Martinique|MR Mauritania|MU Mauritius|\
YT Mayotte|MX Mexico|FM Micronesia|MD Moldova|MC Monaco|MN Mongolia|ME Montenegro|MS Montserrat|MA Morocco|\
MZ Mozambique|MM Myanmar|NA Namibia|NR Nauru|NP Nepal|NL Netherlands|NC New Caledonia|NZ New Zealand|NI Nicaragua|\
NE Niger|NG Nigeria|NU Niue|NF Norfolk Island|MK North Macedonia|MP Northern Mariana Islands|NO Norway|OM Oman|\
PK Pakistan|PW Palau|PS Palestine|PA Panama|PG Papua New Guinea|PY Paraguay|PE Peru|PH Philippines|PN Pitcairn|\
PL Poland|PT Portugal|PR Puerto Rico|QA Qatar|RE Réunion|RO Romania|RU Russia|RW Rwanda|BL Saint Barthélemy|\
SH Saint Helena|KN Saint Kitts and Nevis|LC Saint Lucia|MF Saint Martin|PM Saint Pierre and Miquelon|\
VC Saint Vincent and the Grenadines|WS Samoa|SM San Marino|ST Sao Tome and Principe|SA Saudi Arabia|SN Senegal|\
RS Serbia|SC Seychelles|SL Sierra Leone|SG Singapore|SX Sint Maarten|SK Slovakia|SI Slovenia|SB Solomon Islands|\
SO Somalia|ZA South Africa|GS South Georgia and the South Sandwich Islands|SS South Sudan|ES Spain|LK Sri Lanka|\
SD Sudan|SR Suriname|SJ Svalbard and Jan Mayen|SE Sweden|CH Switzerland|SY Syria|TW Taiwan|TJ Tajikistan|\
TZ Tanzania|TH Thailand|TL Timor-Leste|TG Togo|TK Tokelau|TO Tonga|TT Trinidad and Tobago|TN Tunisia|TR Türkiye|\
TM Turkmenistan|TC Turks and Caicos Islands|TV Tuvalu|UG Uganda|UA Ukraine|AE United Arab Emirates|\
GB United Kingdom|US United States|UM United States Minor Outlying Islands|UY Uruguay|UZ Uzbekistan|VU Vanuatu|\
VA Vatican City|VE Venezuela|VN Viet Nam|VG Virgin Islands (British)|VI Virgin Islands (US)|WF Wallis and Futuna|\
EH Western Sahara|YE Yemen|ZM Zambia|ZW Zimbabwe";

/// Other names, in small letters: other codes for the same country, and what shops have called it.
const ALSO: &[(&str, &str)] = &[
    ("uk", "GB"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("united kingdom of great britain and northern ireland", "GB"),
    ("el", "GR"),
    ("hellas", "GR"),
    ("eire", "IE"),
    ("republic of ireland", "IE"),
    ("usa", "US"),
    ("u.s.a.", "US"),
    ("u.s.", "US"),
    ("america", "US"),
    ("united states of america", "US"),
    ("holland", "NL"),
    ("the netherlands", "NL"),
    ("deutschland", "DE"),
    ("österreich", "AT"),
    ("schweiz", "CH"),
    ("suisse", "CH"),
    ("españa", "ES"),
    ("italia", "IT"),
    ("czech republic", "CZ"),
    ("slovak republic", "SK"),
    ("russian federation", "RU"),
    ("turkey", "TR"),
    ("vietnam", "VN"),
    ("korea", "KR"),
    ("south korea", "KR"),
    ("republic of korea", "KR"),
    ("north korea", "KP"),
    ("rsa", "ZA"),
    ("uae", "AE"),
    ("burma", "MM"),
    ("swaziland", "SZ"),
    ("macedonia", "MK"),
    ("cape verde", "CV"),
    ("ivory coast", "CI"),
    ("east timor", "TL"),
    ("brunei darussalam", "BN"),
    ("macau", "MO"),
    ("aotearoa", "NZ"),
];

/// All countries: code and name, by name.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTRIES.split('|').filter_map(|entry| entry.split_once(' '))
}

/// The English short name of a country, for people; an unknown code names itself.
pub fn name(code: &str) -> &str {
    all().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// The code of a country that is written as a code or as a name, in capital or small letters. `None` if there is no such
/// country.
pub fn code(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let lower = text.to_lowercase();
    let known = all().find(|(code, name)| code.eq_ignore_ascii_case(text) || name.to_lowercase() == lower);
    let also = || ALSO.iter().find(|(name, _)| *name == lower).map(|(_, code)| *code);
    known.map(|(code, _)| code).or_else(also)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_countries_as_the_standard_has() {
        let mut codes: Vec<_> = all().map(|(code, _)| code).collect();
        assert!(codes.iter().all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())), "{codes:?}");
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 249, "ISO 3166-1 assigns 249 codes");
    }

    #[test]
    fn a_code_has_a_name() {
        assert_eq!((name("NZ"), name("CI"), name("GB")), ("New Zealand", "Côte d'Ivoire", "United Kingdom"));
        assert_eq!((name("XX"), name("")), ("XX", ""));
    }

    #[test]
    fn one_country_has_one_code_however_it_is_written() {
        for text in ["GB", "gb", "UK", "uk", " United Kingdom ", "GREAT BRITAIN", "England"] {
            assert_eq!(code(text), Some("GB"), "{text}");
        }
        assert_eq!(
            (code("EIRE"), code("EL"), code("U.S.A."), code("côte d'ivoire")),
            (Some("IE"), Some("GR"), Some("US"), Some("CI"))
        );
        for text in ["", "XX", "ZZ", "EU", "Unspecified", "European Community", "AN", "YU"] {
            assert_eq!(code(text), None, "{text}");
        }
        for (_, also) in ALSO {
            assert!(all().any(|(known, _)| known == *also), "{also}");
        }
    }
}
