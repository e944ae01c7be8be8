//! Every label of the summary and of the page, in both languages.

use serde::Serialize;

macro_rules! words {
    ($($name:ident: $ja:literal, $en:literal;)*) => {
        /// The labels of one language. Whoever knows what language the user reads picks [`Words::JA`] or
        /// [`Words::EN`].
        #[derive(Debug, Serialize)]
        pub struct Words {
            $(pub(super) $name: &'static str,)*
        }

        impl Words {
            pub const JA: Self = Self { $($name: $ja,)* };
            pub const EN: Self = Self { $($name: $en,)* };
        }
    };
}

words! {
    code: "ja", "en";
    title: "負荷試験の結果", "Load report";
    began: "開始", "began";
    open: "オープンモデル、到着率", "open model, arrivals at";
    closed: "クローズドモデル、接続数", "closed model, connections:";
    per_second: "/秒", "/s";
    curve: "曲線", "curve";
    warm_up: "慣らし", "warm-up";
    measured: "計測", "measured";
    planned: "予定", "planned";
    sent: "送信", "sent";
    unsent: "未送信", "unsent";
    succeeded: "成功", "succeeded";
    failed: "失敗", "failed";
    throughput: "スループット", "throughput";
    errors: "エラー", "errors";
    latency: "応答時間", "latency";
    latencies: "応答時間", "Latency";
    corrected: "補正後", "corrected";
    naive: "補正前", "naive";
    latency_note: "補正後は送信予定の時刻から、補正前は実際に送信した時刻から測った値。判定には補正後を使う。いずれも成功した要求のみ",
        "Corrected counts from when a request was due, naive from when it left. Judged is the corrected one. Successes only";
    mean: "平均", "mean";
    max: "最大", "max";
    outcomes: "結果の内訳", "Outcomes";
    outcome: "結果", "outcome";
    count: "件数", "count";
    share: "割合", "share";
    stages: "段階別", "Stages";
    stage: "段階", "stage";
    stages_note: "送信した要求のみ。順番を待つ時間は含まない", "Of requests that were sent, without the wait for their turn";
    mint: "鍵の生成", "mint";
    connect: "接続", "connect";
    send: "送信", "send";
    first_byte: "最初のバイトまで", "first byte";
    body: "本文の受信", "body";
    expectations: "期待値", "Expectations";
    expectations_held: "期待値の達成", "expectations held";
    expectation: "期待", "expected";
    found: "実測", "found";
    verdict: "判定", "verdict";
    held: "達成", "held";
    missed: "未達", "missed";
    find_max: "最大レートの探索", "Highest rate";
    find_max_none: "を保つレートはなかった", ": no rate kept it";
    find_max_best: "を保つ最大レート:", ": the highest rate that kept it was";
    rate: "レート", "rate";
    baseline: "基準との比較", "Baseline";
    figure: "項目", "figure";
    before: "基準", "before";
    after: "今回", "after";
    ratio: "比", "ratio";
    within_noise: "誤差の範囲", "within noise";
    better: "改善 (誤差を超える)", "better, beyond noise";
    worse: "悪化 (誤差を超える)", "worse, beyond noise";
    too_short: "短すぎて判断できない", "too short to tell";
    differences: "ほかの違い", "What else differs";
    environment: "環境", "Environment";
    cpu: "CPU", "CPU";
    cores: "コア数", "cores";
    os: "OS", "OS";
    database: "データベース", "database";
    durability: "永続化の設定", "durability";
    commit: "コミット", "commit";
    version: "バージョン", "version";
    population: "登録者数", "people";
    host: "接続先", "host";
    loopback: "同じ計算機 (ループバック)", "this machine (loopback)";
    elsewhere: "別の計算機", "another machine";
    latency_over_time: "応答時間の推移", "Latency over time";
    throughput_over_time: "毎秒の成功・失敗・未送信", "Successes, failures and unsent a second";
    distribution: "応答時間の分布", "Distribution of latency";
    distribution_note: "両軸とも対数。補正後", "Both axes logarithmic. Corrected";
    quantiles: "パーセンタイル", "Percentiles";
    quantiles_note: "両者の差は、送信できずに待っていた時間", "What lies between the two is time spent waiting to be sent";
    worst_of: "1点は次の秒数のうち最も遅い値:", "Each point is the worst of so many seconds:";
    mean_of: "1点は次の秒数の平均:", "Each point is the mean of so many seconds:";
    requests: "要求数", "requests";
    elapsed: "経過", "elapsed";
    left: "残り", "left";
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn every_label_has_a_text_in_both_languages() {
        let members = |words: &Words| serde_json::to_value(words).unwrap().as_object().unwrap().clone();
        let (ja, en) = (members(&Words::JA), members(&Words::EN));
        // Names and abbreviations that Japanese writes in Latin letters, too.
        let same = ["cpu", "os"];
        for (name, text) in &ja {
            let text = text.as_str().unwrap();
            assert!(!text.is_empty() && !en[name].as_str().unwrap().is_empty(), "{name}");
            assert!(same.contains(&name.as_str()) || en[name] != text, "{name}");
        }
    }
}
