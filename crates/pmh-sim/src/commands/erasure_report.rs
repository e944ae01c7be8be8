//! The report of an erasure on a terminal: what was erased, and what is left, where.

use std::process::ExitCode;

use pmh_wire::{
    DeletionForm, Erasure, ErasureReason, ErasureScope, ErasureStatus, ErasureWay, HeldKind, Residue,
};

use crate::Output;
use crate::exit::Failure;
use crate::language::Language;
use crate::table::table;

pub(crate) fn show(output: Output, erasure: &Erasure) -> Result<ExitCode, Failure> {
    if output.json {
        println!("{}", serde_json::to_string(erasure).map_err(|error| Failure::internal(&error))?);
        return Ok(ExitCode::SUCCESS);
    }
    let language = output.language;
    println!("{}", erasure.erasure_id);
    println!("{}", summary(language, erasure).join("  "));
    match erasure.status {
        ErasureStatus::Requested => println!(
            "{}",
            language.pick(
                "まだ何も消去していません。別の一人が pmh-sim erase approve で承認すると消去されます。",
                "Nothing is erased yet: somebody else carries it out by `pmh-sim erase approve`."
            )
        ),
        ErasureStatus::Lapsed => {
            println!("{}", language.pick("期限切れ。何も消去していません。", "Lapsed. Nothing was erased."));
        }
        ErasureStatus::Erased => report(language, erasure),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn show_all(output: Output, erasures: &[Erasure]) -> Result<ExitCode, Failure> {
    if output.json {
        for erasure in erasures {
            show(output, erasure)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let header = match output.language {
        Language::Ja => ["消去", "状態", "範囲", "理由", "方法", "申請", "消去日時", "行"],
        Language::En => ["erasure", "status", "scope", "reason", "way", "asked", "erased", "rows"],
    };
    let mut rows = table(&header);
    for erasure in erasures {
        let [status, scope, reason, way] = words(output.language, erasure);
        let count: u64 = erasure.erased.iter().map(|one| one.rows).sum();
        rows.add_row([
            erasure.erasure_id.clone(),
            status,
            scope,
            reason,
            way,
            erasure.requested_at.clone(),
            erasure.erased_at.clone().unwrap_or_default(),
            count.to_string(),
        ]);
    }
    println!("{rows}");
    Ok(ExitCode::SUCCESS)
}

fn summary(language: Language, erasure: &Erasure) -> Vec<String> {
    let mut parts: Vec<String> =
        words(language, erasure).into_iter().filter(|word| !word.is_empty()).collect();
    parts.push(erasure.erased_at.clone().unwrap_or_else(|| erasure.requested_at.clone()));
    parts
}

fn report(language: Language, erasure: &Erasure) {
    let header = match language {
        Language::Ja => ["消去したもの", "消し方", "行", "うち論理削除済み"],
        Language::En => ["erased", "how", "rows", "of them deleted logically before"],
    };
    let mut rows = table(&header);
    for one in &erasure.erased {
        rows.add_row([
            one.table.clone(),
            form(language, one.form).to_owned(),
            one.rows.to_string(),
            one.logically_deleted_before.to_string(),
        ]);
    }
    println!("{rows}");
    if let Some(residue) = erasure.residue {
        println!("{} {}", language.pick("ディスク上:", "on the disk:"), residue_text(language, residue));
    }
    if erasure.left_elsewhere.is_empty() {
        return;
    }
    println!(
        "{}",
        language.pick(
            "他の当事者に残るもの(規則によるもので、相手には尋ねていません。このハブからは消せません):",
            "left at other parties (by rule, nobody was asked; the hub cannot erase it):"
        )
    );
    let header = match language {
        Language::Ja => ["当事者", "残るもの"],
        Language::En => ["party", "holds"],
    };
    let mut rows = table(&header);
    for left in &erasure.left_elsewhere {
        let kinds: Vec<&str> = left.holds.iter().map(|kind| held(language, *kind)).collect();
        let party = language.pick(left.party.japanese(), left.party.as_str());
        rows.add_row([party, &kinds.join(language.pick("、", ", "))]);
    }
    println!("{rows}");
}

/// Status, scope, reason, way.
fn words(language: Language, erasure: &Erasure) -> [String; 4] {
    let status = match erasure.status {
        ErasureStatus::Requested => language.pick("承認待ち", "requested"),
        ErasureStatus::Erased => language.pick("消去済み", "erased"),
        ErasureStatus::Lapsed => language.pick("期限切れ", "lapsed"),
    };
    let scope = match erasure.scope {
        ErasureScope::Person => language.pick("一人", "one person"),
        ErasureScope::Partition => language.pick("領域全体", "whole partition"),
        ErasureScope::Retention => language.pick("保管期間", "retention"),
    };
    let reason = match erasure.reason {
        ErasureReason::MovedOut => language.pick("転出", "moved out"),
        ErasureReason::Died => language.pick("死亡", "died"),
        ErasureReason::RegisteredInError => language.pick("誤登録", "registered in error"),
        ErasureReason::NoLongerNeeded => language.pick("不要", "no longer needed"),
        ErasureReason::ContractEnded => language.pick("契約終了", "contract ended"),
        ErasureReason::TooOld => language.pick("期間満了", "too old"),
    };
    let way = match erasure.way {
        None => "",
        Some(ErasureWay::Municipality) => language.pick("自治体の二人", "two people of the municipality"),
        Some(ErasureWay::Operator) => language.pick("運用事業者", "operator"),
        Some(ErasureWay::Retention) => language.pick("自動", "automatic"),
    };
    [status, scope, reason, way].map(str::to_owned)
}

fn form(language: Language, form: DeletionForm) -> &'static str {
    match form {
        DeletionForm::Logical => language.pick("論理削除", "logically"),
        DeletionForm::Physical => language.pick("物理削除", "physically"),
        DeletionForm::Redacted => language.pick("該当部分を抹消", "redacted"),
    }
}

fn residue_text(language: Language, residue: Residue) -> &'static str {
    match residue {
        Residue::None => language.pick("何も残っていません。", "nothing is left."),
        Residue::WriteAheadLog => {
            language.pick("上書き済み。ログは後で切り詰めます。", "overwritten; the log is cut later.")
        }
        Residue::DeadTuples => language.pick(
            "暗号化された行が、サーバーが領域を再利用するまで残ります(PostgreSQL)。",
            "sealed rows stay until the server reuses their space (PostgreSQL).",
        ),
    }
}

fn held(language: Language, kind: HeldKind) -> &'static str {
    match kind {
        HeldKind::IndividualNumber => language.pick("個人番号", "Individual Number"),
        HeldKind::BasicFiveItems => language.pick("基本5情報", "basic five items"),
        HeldKind::LinkingNumber => language.pick("紐付番号", "linking number"),
        HeldKind::PmhId => "PMH-ID",
        HeldKind::CardSerial => language.pick("カードのシリアル", "card serial"),
        HeldKind::PortalPseudonym => language.pick("仮名識別子", "portal pseudonym"),
        HeldKind::PmhPseudonym => language.pick("PMH仮名識別子", "PMH pseudonym"),
    }
}
