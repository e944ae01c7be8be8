//! The access table as a file that opens in a spreadsheet.

use super::UserRow;
use crate::encoding::BOM;

/// Headings, in the words of ユーザー情報 (001:256-257) as far as it has some.
pub const ACCESS_TABLE_HEADINGS: [&str; 15] = [
    "機関マスタID",
    "機関ユーザーID",
    "ユーザー氏名",
    "メールアドレス",
    "ユーザー区分",
    "ユーザー権限ID",
    "有効な権限",
    "個人番号閲覧可能フラグ",
    "担当事務",
    "端末",
    "状態",
    "失効日",
    "責任者",
    "見直し期限",
    "ユーザー削除フラグ",
];

/// UTF-8 with BOM and CRLF; lists are joined by `;`. Nothing in it can be taken for a formula: ids have letters
/// and digits only, and no name or address that begins like one is ever registered.
pub fn write_access_table(users: &[UserRow]) -> Vec<u8> {
    let mut bytes = BOM.to_vec();
    push_line(&mut bytes, ACCESS_TABLE_HEADINGS.map(str::to_owned));
    for user in users {
        push_line(&mut bytes, cells(user));
    }
    bytes
}

fn cells(user: &UserRow) -> [String; ACCESS_TABLE_HEADINGS.len()] {
    let flag = |flag: bool| if flag { "1" } else { "0" }.to_owned();
    [
        user.institution_master_id.clone(),
        user.user_id.clone(),
        user.name.clone(),
        user.mail.clone(),
        user.role.clone(),
        user.rights.join(";"),
        user.effective_rights.join(";"),
        flag(user.number_viewing),
        user.programs.join(";"),
        user.terminals.join(";"),
        user.state.clone(),
        user.ends_on.clone().unwrap_or_default(),
        user.responsible_user_id.clone().unwrap_or_default(),
        user.review_due_at.clone(),
        flag(user.state == pmh_domain::user::AccountState::Ended.as_str()),
    ]
}

fn push_line(bytes: &mut Vec<u8>, cells: [String; ACCESS_TABLE_HEADINGS.len()]) {
    let quoted = cells.map(|cell| {
        if cell.contains(['"', ',', '\r', '\n']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    });
    bytes.extend_from_slice(quoted.join(",").as_bytes());
    bytes.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> UserRow {
        UserRow {
            institution_master_id: "271004-1".to_owned(),
            user_id: "s-0001".to_owned(),
            name: "北浜 \"湊\", 二世".to_owned(),
            mail: "minato@city.example".to_owned(),
            role: "clerk".to_owned(),
            rights: vec!["register".to_owned(), "search".to_owned()],
            effective_rights: Vec::new(),
            number_viewing: true,
            programs: vec!["*".to_owned()],
            terminals: Vec::new(),
            state: "ended".to_owned(),
            ends_on: Some("2026-04-01".to_owned()),
            responsible_user_id: None,
            review_due_at: "2026-09-01T00:00:00.000+09:00".to_owned(),
            is_review_overdue: false,
        }
    }

    #[test]
    fn the_table_has_a_line_for_each_user_and_a_cell_for_each_heading() {
        let text = String::from_utf8(write_access_table(&[row()])).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], ACCESS_TABLE_HEADINGS.join(","));
        assert_eq!(
            lines[1],
            "271004-1,s-0001,\"北浜 \"\"湊\"\", 二世\",minato@city.example,clerk,register;search,,1,*,,ended,\
             2026-04-01,,2026-09-01T00:00:00.000+09:00,1"
        );
    }
}
