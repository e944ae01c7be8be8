//! R2: the meaning of a record.

macro_rules! records {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    IndividualNumberLength "PMH-R201" 422 "Individual Number not 12 digits"
        clerk "個人番号の桁数が違います。12 桁で入力してください。"
            / "The Individual Number has the wrong length. Enter its 12 digits."
        vendor "myNumber はちょうど 12 桁です。先頭の 0 が落ちていないか確認してください。"
            / "myNumber has exactly 12 digits. Check whether leading zeros were lost.";
    IndividualNumberCharacters "PMH-R202" 422 "Individual Number not digits"
        clerk "個人番号に数字以外が含まれています。半角の数字で入力してください。"
            / "The Individual Number holds something other than digits. Use half-width digits."
        vendor "myNumber は半角数字だけです。全角数字、空白、ハイフンを確認してください。"
            / "myNumber takes half-width digits only. Look for full-width digits, spaces and hyphens.";
    LooksReal "PMH-R203" 422 "Looks like a real Individual Number"
        clerk "実在する個人番号の可能性があるため、受け付けませんでした。テスト用の番号を使ってください。"
            / "This may be a living person's Individual Number, so it was refused. Use a test number."
        vendor "検査用数字が正しい番号です。ここはシミュレーターなので、実在しうる番号は既定で拒否します。検査用数字を誤らせた番号を使うか、承知の上で --accept-real-looking を指定してください。"
            / "The check digit is valid. This is a simulator, so numbers that somebody may have are refused by default. Use numbers with a wrong check digit, or start with --accept-real-looking if you know what you do.";
    /// A warning only.
    LooksRealAccepted "PMH-R204" 422 "Looks like a real Individual Number (accepted)"
        clerk "実在する個人番号の可能性があります。テスト用の番号か確認してください。"
            / "This may be a living person's Individual Number. Make sure that it is a test number."
        vendor "検査用数字が正しい番号を --accept-real-looking により受け付けました。実データを送っていないか確認してください。"
            / "The check digit is valid; accepted because of --accept-real-looking. Make sure that you send no real data.";
    DateForm "PMH-R211" 422 "Not a date of the form YYYY-MM-DD"
        clerk "日付の書き方が違います。2025-04-01 のように入力してください。"
            / "The date is written wrongly. Write it like 2025-04-01."
        vendor "日付は YYYY-MM-DD(半角、ゼロ埋め)です。和暦、スラッシュ、時刻付きは使えません。"
            / "Dates are YYYY-MM-DD, half-width and zero-padded: no Japanese era, no slashes, no time.";
    NoSuchDate "PMH-R212" 422 "No such date"
        clerk "存在しない日付です。正しい日付を入力してください。"
            / "There is no such day. Enter the right date."
        vendor "形式は正しいものの、暦にない日付です(2025-02-29 など)。"
            / "The form is right, but the calendar has no such day (such as 2025-02-29).";
    ValidityBackwards "PMH-R213" 422 "Validity ends before it begins"
        clerk "有効期間の終わりが始まりより前です。日付を確認してください。"
            / "The validity ends before it begins. Check both dates."
        vendor "validTo が validFrom より前です。同じ日は有効です。" / "validTo is before validFrom. The same day is fine.";
    MunicipalityCodeForm "PMH-R221" 422 "Not a municipality code"
        clerk "自治体コードが正しくありません。6 桁のコードを確認してください。"
            / "The municipality code is wrong. Check its six digits."
        vendor "全国地方公共団体コードは検査数字を含む 6 桁です。" / "A municipality code has six digits, the last of which is a check digit.";
    OtherMunicipality "PMH-R222" 422 "Another municipality's record"
        clerk "他の自治体のデータです。自分の自治体のデータだけを登録できます。"
            / "This record belongs to another municipality. You can register your own only."
        vendor "municipalityCode が、接続に使った証明書の自治体と一致しません。" / "municipalityCode is not the municipality of the certificate that you connected with.";
    SexUnknown "PMH-R231" 422 "Unknown sex code"
        clerk "性別の値が正しくありません。1(男)、2(女)、3(その他)のいずれかにしてください。"
            / "The value of sex is wrong. Use 1 (male), 2 (female) or 3 (other)."
        vendor "basicFiveInfo.sex は文字列 \"1\"、\"2\"、\"3\" です。" / "basicFiveInfo.sex is one of the strings \"1\", \"2\", \"3\".";
    NotBoolean "PMH-R232" 422 "Not a boolean"
        clerk "「はい・いいえ」の項目の値が正しくありません。1(はい)か 0(いいえ)にしてください。"
            / "A yes-or-no item has a wrong value. Use 1 (yes) or 0 (no)."
        vendor "JSON では真偽値 true / false です(文字列の \"true\" や数値の 1 は不可)。CSV では true、false、1、0 です。"
            / "In JSON the booleans true and false (not the string \"true\" and not 1); in CSV true, false, 1 or 0.";
    AlwaysReimbursementUnknown "PMH-R233" 422 "isAlwaysReimbursement is neither \"0\" nor \"1\""
        clerk "「常に償還払い」の値が正しくありません。1(常に償還払い)か 0 にしてください。"
            / "The value of \"always by reimbursement\" is wrong. Use 1 (always) or 0."
        vendor "isAlwaysReimbursement は文字列 \"0\" または \"1\" です(真偽値ではありません)。"
            / "isAlwaysReimbursement is the string \"0\" or \"1\" (not a boolean).";
    PayerNumberForm "PMH-R241" 422 "Payer number not 8 digits"
        clerk "公費負担者番号が正しくありません。8 桁の半角数字で入力してください。"
            / "The payer number is wrong. Enter its 8 half-width digits."
        vendor "medicalSubsidyInsurerNumber はちょうど 8 桁の半角数字です。" / "medicalSubsidyInsurerNumber is exactly 8 half-width digits.";
    PayerNumberCheckDigit "PMH-R242" 422 "Check digit of the payer number"
        clerk "公費負担者番号に入力誤りがあるようです。番号を確認してください。"
            / "The payer number seems to be mistyped. Check it."
        vendor "検証番号が一致しません(厳格モード)。地方単独事業の番号は規則に従わないことがあります。"
            / "The check digit does not match (strict mode). Numbers of local schemes may not follow the rule.";
    RecipientNumberForm "PMH-R243" 422 "Recipient number of wrong form"
        clerk "公費受給者番号が正しくありません。桁数と文字を確認してください。"
            / "The recipient number is wrong. Check its length and characters."
        vendor "medicalSubsidyRecipientNumber は 30 文字までの半角英数字とハイフンです。厳格モードでは検証番号を含む 7 桁だけを受け付けます。"
            / "medicalSubsidyRecipientNumber has at most 30 half-width letters, digits or hyphens; in strict mode exactly 7 digits with a check digit.";
    RecipientNumberCheckDigit "PMH-R244" 422 "Check digit of the recipient number"
        clerk "公費受給者番号に入力誤りがあるようです。番号を確認してください。"
            / "The recipient number seems to be mistyped. Check it."
        vendor "検証番号が一致しません(厳格モード)。地方単独事業の番号は規則に従わないことがあります。"
            / "The check digit does not match (strict mode). Numbers of local schemes may not follow the rule.";
    InstitutionCodeForm "PMH-R245" 422 "Institution code not 10 digits"
        clerk "医療機関コードが正しくありません。10 桁の半角数字で入力してください。"
            / "An institution code is wrong. Enter its 10 half-width digits."
        vendor "institutionCodes の各要素は 10 桁の半角数字です(都道府県 2、点数表 1、医療機関等 7)。"
            / "Each of institutionCodes is 10 half-width digits (prefecture 2, fee table 1, institution 7).";
    InstitutionCodeCheckDigit "PMH-R246" 422 "Check digit of an institution code"
        clerk "医療機関コードに入力誤りがあるようです。番号を確認してください。"
            / "An institution code seems to be mistyped. Check it."
        vendor "検証番号が一致しません(厳格モード)。" / "The check digit does not match (strict mode).";
    NothingToDelete "PMH-R251" 422 "Nothing to delete"
        clerk "削除の対象となる資格が、この自治体には登録されていません。"
            / "There is no such certificate of this municipality to delete."
        vendor "削除レコードは、登録済みの資格と同じ個人番号・受給者証種別・履歴キーでなければなりません。"
            / "A deletion record must name the number, certificate type and historyKey of a registered certificate.";
    TooManyCertificates "PMH-R252" 422 "Too many certificates of one person"
        clerk "一人に登録できる受給者証の数を超えています。履歴キーを確認してください。"
            / "This person has more certificates than can be registered. Check the history key."
        vendor "同じ個人番号に登録できる受給者証(受給者証種別と履歴キーの組)は、削除済みを含めて 256 件までです。更新では履歴キーを変えないでください。"
            / "One number has at most 256 certificates (certificate type and historyKey), deleted ones included. An update keeps its historyKey.";
    TooManyItems "PMH-R247" 422 "Too many items in a list"
        clerk "医療機関の数が多すぎます。" / "Too many institutions are listed."
        vendor "institutionCodes は 100 件までです。" / "institutionCodes has at most 100 items.";
    DuplicateRow "PMH-R253" 422 "Row stands twice in one file"
        clerk "同じ人の同じ資格が、このファイルの前の行にもあります。どちらが正しいか確認してください。"
            / "The same certificate of the same person stands earlier in this file. Check which of the two is right."
        vendor "同じ個人番号・業務・受給者証種別・履歴キーの行が 1 ファイルに 2 回あります。先の行を登録し、この行は登録していません。"
            / "A row with this number, program, certificate type and historyKey stands earlier in the file. That one is taken, this one is not.";
    /// A warning only.
    OverlappingPeriods "PMH-R254" 422 "Periods of validity overlap"
        clerk "同じ資格の別の履歴と、有効期間が重なっています。日付を確認してください。"
            / "The validity overlaps with another generation of the same certificate. Check the dates."
        vendor "同じ業務・受給者証種別で履歴キーの異なる資格と、有効期間が重なります(強制失効日を考慮、削除済みを除く)。登録はされています。"
            / "The validity overlaps with a certificate of the same program and type and another historyKey (forced expiry considered, deleted ones left out). The record is registered.";
    /// A warning only.
    OutOfOrder "PMH-R255" 422 "Older generation after a newer one"
        clerk "より新しい期間の資格が、すでに登録されています。登録の順番を確認してください。"
            / "A newer generation of this certificate is registered already. Check the order of your files."
        vendor "有効期間の開始日がより後の履歴が、先に登録されています。登録はされています。過去の履歴の追加であれば問題ありません。"
            / "A generation with a later validFrom came before this one. The record is registered; that is fine if you add history.";
    /// A warning only.
    LateRetraction "PMH-R256" 422 "Late retraction"
        clerk "すでに有効だった資格を削除しました。その間に医療機関で使われた可能性があります。"
            / "A certificate that had been valid already was deleted. It may have been used at an institution meanwhile."
        vendor "削除の時点で、有効期間の開始日を過ぎていました。削除は行われています。途中で終わらせる場合は validTo または forcedExpiryDate を使ってください。"
            / "Its validity had begun before the deletion, which is done. To end a certificate early use validTo or forcedExpiryDate.";
    CopaymentMemberForm "PMH-R261" 422 "Copayment limit not readable"
        clerk "自己負担上限の値が正しくありません。金額や日数を確認してください。"
            / "A value of the copayment limit is wrong. Check the amounts and numbers of days."
        vendor "maxCopaymentAmount の項目の値を読み取れません(金額は 0 以上の整数の円、rateTenths は 0-10、ratePercent は 0-100、日数は 1-31、フラグは真偽値)。同じ項目が 2 回ある場合も含みます。未知の名前の項目はそのまま保存します。"
            / "A member of maxCopaymentAmount cannot be read (amounts are whole yen, rateTenths 0 to 10, ratePercent 0 to 100, days 1 to 31, flags booleans), or stands twice. Members of unknown names are kept as they are.";
    /// A warning only.
    CopaymentContradiction "PMH-R262" 422 "Copayment limit contradicts itself"
        clerk "自己負担上限の内容に矛盾があります。種別と金額、日数の組合せを確認してください。"
            / "The copayment limit contradicts itself. Check kind, amounts and numbers of days together."
        vendor "kind に対応する金額がない、無料なのに金額がある、または 1 日・1 回の金額がないのに日数・回数があります。登録はされています。"
            / "kind lacks its amount, or says free beside an amount, or days or visits are limited without an amount for one. The record is registered.";
    DetailOrderForm "PMH-R263" 422 "Display order of an item not a whole number"
        clerk "券面項目の表示順が正しくありません。整数で入力してください。"
            / "The display order of an item on the certificate is wrong. Enter a whole number."
        vendor "certificationDetail の要素の displayOrder は JSON の整数で、1 要素に 1 つです。"
            / "displayOrder in an element of certificationDetail is a JSON whole number, once per element.";

        }
    };
}

pub(super) use records;
