//! A vendor's own columns: `layouts/<municipality code>.toml` in the folder of the world says what headings mean in the
//! CSV files of that municipality ([`CsvLayout`]). Read once, at the start, which fails on a mistake.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use pmh_domain::MunicipalityCode;
use pmh_wire::CsvLayout;

use crate::start::StartError;

const FOLDER: &str = "layouts";

pub(crate) type Layouts = HashMap<MunicipalityCode, CsvLayout>;

/// Files that do not end in `.toml` are nobody's business.
pub(crate) fn read_layouts(data: &Path, known: &[MunicipalityCode]) -> Result<Layouts, StartError> {
    let folder = data.join(FOLDER);
    let failed = |path: &Path, source| StartError::File { path: path.to_owned(), source };
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Layouts::new()),
        entries => entries.map_err(|error| failed(&folder, error))?,
    };
    let mut layouts = Layouts::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(&folder, error))?.path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let wrong = |why: &dyn std::fmt::Display| StartError::Usage(format!("{}: {why}", path.display()));
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let municipality = known.iter().find(|code| code.as_str() == stem);
        let municipality =
            municipality.ok_or_else(|| wrong(&"no municipality of this world has this code"))?;
        let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        let layout = CsvLayout::from_toml(&text).map_err(|error| wrong(&error))?;
        layouts.insert(*municipality, layout);
    }
    Ok(layouts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand::OSAKA;

    /// What the hub makes of one file of that name.
    fn read(name: &str, text: &str) -> Result<usize, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(FOLDER)).unwrap();
        std::fs::write(folder.path().join(FOLDER).join(name), text).unwrap();
        let layouts = read_layouts(folder.path(), &[OSAKA.parse().unwrap()]);
        layouts.map(|layouts| layouts.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_layout_is_that_of_the_municipality_in_its_name() {
        assert_eq!(read("271004.toml", "[columns]\nNUMBER = \"myNumber\""), Ok(1));
        assert_eq!(read("271004.toml~", "what an editor left"), Ok(0));
        assert!(read_layouts(Path::new("/nowhere"), &[]).unwrap().is_empty());
    }

    #[test]
    fn a_mistake_is_told_with_file_line_and_key() {
        let unknown = read("271004.toml", "[columns]\n\nNUMBER = \"number\"").unwrap_err();
        let place = "271004.toml: line 3: column NUMBER: no member has the wire name number";
        assert!(unknown.ends_with(place), "{unknown}");
        let twice = read("271004.toml", "[columns]\nB = \"myNumber\"\nA = \"myNumber\"").unwrap_err();
        assert!(twice.contains("271004.toml: line 3: column A: myNumber is mapped already"), "{twice}");
        let stranger = read("130001.toml", "").unwrap_err();
        assert!(stranger.ends_with("130001.toml: no municipality of this world has this code"), "{stranger}");
    }
}
