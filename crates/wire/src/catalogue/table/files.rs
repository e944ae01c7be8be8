//! R0 and R1: a registration file as a whole, and the shape of a record.

macro_rules! files {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => {
        $next! { [$($rest)*] $($before)*
    // R0: a registration file as a whole.
    MalformedJson "PMH-R001" 400 "Malformed JSON"
        clerk "ファイルが途中で切れているか、壊れています。もう一度出力して送信してください。"
            / "The file is cut off or damaged. Export and send it again."
        vendor "JSON として読み取れません。示した行と桁で構文が誤っています。末尾のカンマ、閉じ括弧、途中切れを確認してください。"
            / "Not JSON: the syntax breaks at the line and column given. Look for a trailing comma, a missing bracket or a truncated body.";
    NotAnArray "PMH-R002" 400 "Not an array of records"
        clerk "ファイルの形式が違います。システムの担当者に連絡してください。"
            / "The file has the wrong format. Please tell your system administrator."
        vendor "本文の最上位は対象者レコードの配列 [ … ] でなければなりません。1 件でも配列にしてください。"
            / "The top level of the body is an array [ … ] of records, even for a single one.";
    EmptyFile "PMH-R003" 400 "Empty file"
        clerk "ファイルが空です。出力し直してから送信してください。"
            / "The file is empty. Export it again before sending."
        vendor "本文が 0 バイトか、空白・改行・BOM だけです。対象者がいない場合は [] または見出し行だけを送ってください。"
            / "The body has no bytes, or only white space, line ends or a BOM. To send no records, send [] or the header row alone.";
    HeaderMissing "PMH-R004" 400 "Header row missing"
        clerk "1 行目に見出しがありません。見出し行のあるファイルを送ってください。"
            / "The first line holds no headings. Send the file with its header row."
        vendor "CSV の 1 行目に既知の列名がひとつもありません。日本語の見出しか、公表された項目名(英語)を使ってください。"
            / "No cell of the first CSV row is a known column. Use the Japanese headings or the published member names.";
    UnknownColumn "PMH-R005" 400 "Unknown column"
        clerk "見出し行に登録できない列があります。列番号を確認し、余分な列を除いてください。"
            / "The header row has a column that cannot be registered. See the column number and remove what is not needed."
        vendor "CSV の見出しに未知の列名があります。綴り、全角・半角、前後の空白を確認してください。入れ子の列は「自己負担上限.」「券面.」で始めます。独自の列名は設定の対応表で読み替えられます。"
            / "The CSV header names an unknown column. Check spelling, width and surrounding spaces. Nested columns begin with 自己負担上限. or 券面. (maxCopaymentAmount. or certificationDetail.). Headings of your own can be mapped in the configuration.";
    ColumnMissing "PMH-R006" 400 "Required column missing"
        clerk "必要な列がファイルにありません。示された項目の列を加えてください。"
            / "The file lacks a required column. Add the column of the item given."
        vendor "CSV の見出しに必須の列がありません。field にその項目名を示しています。"
            / "A required column is not in the CSV header; field names it.";
    DuplicateColumn "PMH-R007" 400 "Duplicate column"
        clerk "同じ見出しの列が 2 つあります。どちらか一方にしてください。"
            / "Two columns have the same heading. Keep one of them."
        vendor "CSV の見出しに同じ項目が 2 回あります。日本語の見出しと英語の項目名の併記も重複です。"
            / "A member stands twice in the CSV header. Its Japanese heading and its English name count as the same.";
    UnknownEncoding "PMH-R008" 415 "Unknown character encoding"
        clerk "文字コードの指定が正しくありません。UTF-8 または Shift_JIS を選んでください。"
            / "The character encoding named is not known. Choose UTF-8 or Shift_JIS."
        vendor "charset は utf-8、utf-8-bom、shift_jis(CP932)のいずれかです。"
            / "charset is one of utf-8, utf-8-bom, shift_jis (CP932).";
    LineTooLong "PMH-R009" 400 "Line or record too long"
        clerk "1 件のデータが長すぎます。引用符(\")の閉じ忘れがないか確認してください。"
            / "One record is too long. Look for a quotation mark that is not closed."
        vendor "1 レコードの上限は 64 KiB です。閉じられていない引用符や、改行のないファイルでも起こります。"
            / "A record has at most 64 KiB. An unclosed quotation mark or a file without line ends gets you here too.";
    NotDecodable "PMH-R010" 400 "Character encoding not recognised"
        clerk "ファイルの文字コードを判別できません。UTF-8 または Shift_JIS で保存し直してください。"
            / "The character encoding of the file is not recognised. Save it again as UTF-8 or Shift_JIS."
        vendor "見出し行または本文が UTF-8 でも CP932 でもないか、指定した charset と一致しません。JSON は UTF-8 だけです。UTF-16(「Unicode テキスト」)は受け付けません。"
            / "The bytes are neither UTF-8 nor CP932, or not what charset says. JSON is UTF-8 only. UTF-16 (\"Unicode text\") is not accepted.";
    UnclosedQuote "PMH-R011" 400 "Unclosed quotation mark"
        clerk "ファイルが途中で切れているようです。もう一度出力して送信してください。"
            / "The file seems to be cut off. Export and send it again."
        vendor "引用符(\")で始まった値が閉じられないまま CSV が終わりました。line はそのレコードの始まりです。"
            / "The CSV ends inside a quoted field. line is where that record begins.";
    TooManyColumns "PMH-R012" 400 "Too many columns"
        clerk "列が多すぎます。見出し行を確認してください。"
            / "There are too many columns. Check the header row."
        vendor "CSV の列は 256 までです。" / "A CSV file has at most 256 columns.";

    // R1: shape of a record.
    WrongType "PMH-R101" 422 "Wrong type"
        clerk "項目の形式が違います。システムの担当者に連絡してください。"
            / "An item has the wrong kind of value. Please tell your system administrator."
        vendor "JSON の型が違います(文字列・数値・オブジェクト・配列)。必須項目に null は使えません。"
            / "The JSON type is wrong (string, number, object or array). A required member is never null.";
    MemberMissing "PMH-R102" 422 "Required item missing"
        clerk "必要な項目がありません。示された項目を入力してください。"
            / "A required item is missing. Fill in the item given."
        vendor "必須の項目がレコードにありません。field にその項目名を示しています。"
            / "A required member is not in the record; field names it.";
    UnknownMember "PMH-R103" 422 "Unknown item"
        clerk "登録できない項目が含まれています。システムの担当者に連絡してください。"
            / "The record has an item that cannot be registered. Please tell your system administrator."
        vendor "公表された項目にない名前です。綴りと大文字・小文字を確認してください。英字の名前であれば field に示します。"
            / "The member is not one of the published ones. Check spelling and case; field names it if it consists of letters.";
    DuplicateMember "PMH-R104" 422 "Item given twice"
        clerk "同じ項目が 2 回あります。どちらが正しいか確認してください。"
            / "An item stands twice. Check which of the two is right."
        vendor "同じ名前の項目が 1 レコードに 2 回あります。CSV では、まとめた列と「.」の列の両方に値がある場合も含みます。"
            / "A member stands twice in one record. In CSV also when both the whole column and a dotted one hold a value.";
    TooLong "PMH-R105" 422 "Too long"
        clerk "文字数が多すぎます。示された項目を短くしてください。"
            / "The text is too long. Shorten the item given."
        vendor "最大文字数を超えています(バイト数ではなく文字数で数えます)。"
            / "More characters than allowed (characters are counted, not bytes).";
    Empty "PMH-R106" 422 "Empty"
        clerk "必要な項目が空です。示された項目を入力してください。"
            / "A required item is empty. Fill in the item given."
        vendor "必須の項目が空文字列か、空白だけです。" / "A required member is an empty string or only white space.";
    ControlCharacter "PMH-R107" 422 "Control character"
        clerk "改行やタブなど、使えない文字が含まれています。示された項目を入力し直してください。"
            / "The item holds a line end, a tab or another character that cannot be used. Enter it again."
        vendor "値に制御文字(U+0001-U+001F、U+007F-U+009F)があります。改行も使えません。"
            / "The value holds a control character (U+0001–U+001F, U+007F–U+009F). Line ends are among them.";
    NulCharacter "PMH-R108" 422 "Character U+0000"
        clerk "使えない文字が含まれています。システムの担当者に連絡してください。"
            / "The item holds a character that cannot be used. Please tell your system administrator."
        vendor "値に U+0000(NUL)があります。固定長項目の埋め字が残っていないか確認してください。"
            / "The value holds U+0000 (NUL). Look for the padding of a fixed-length field.";
    UndecodableBytes "PMH-R109" 422 "Bytes that are no text"
        clerk "文字として読めない部分があります。示された行と列を確認してください。"
            / "Part of the line cannot be read as text. See the line and column given."
        vendor "この列のバイト列は、ファイルの文字コードとして正しくありません。途中で切れた 2 バイト文字や文字コードの混在を確認してください。"
            / "The bytes of this column are not valid in the file's encoding. Look for a double-byte character cut in half, or mixed encodings.";
    Gaiji "PMH-R110" 422 "Private-use character (gaiji)"
        clerk "外字が含まれています。示された項目を、標準の文字に置き換えてください。"
            / "The item holds a private-use character (gaiji). Replace it by a standard one."
        vendor "私用領域の文字(U+E000-F8FF ほか、CP932 の F040-F9FC)です。黙って置き換えることはしません。文字情報基盤の文字などに変換してから送ってください。"
            / "A character of a private-use area (U+E000–F8FF and others, CP932 F040–F9FC). It is never replaced silently; convert it before sending.";
    ColumnCount "PMH-R111" 422 "Wrong number of columns"
        clerk "この行の列の数が見出しと違います。カンマや引用符の過不足を確認してください。"
            / "This line has more or fewer columns than the header. Look for a missing or extra comma or quotation mark."
        vendor "列数が見出し行と一致しません。値の中のカンマは引用符で囲んでください。"
            / "The number of columns differs from the header row. Quote values that hold a comma.";
    NotAnObject "PMH-R112" 422 "Not a record"
        clerk "この 1 件はデータの形式が違います。システムの担当者に連絡してください。"
            / "This record has the wrong format. Please tell your system administrator."
        vendor "配列の要素、または basicFiveInfo がオブジェクト { … } ではありません。"
            / "An element of the array, or basicFiveInfo, is not an object { … }.";
    NestedTooDeep "PMH-R113" 422 "Nested too deep"
        clerk "データの構造が複雑すぎます。システムの担当者に連絡してください。"
            / "The structure of the data is too complex. Please tell your system administrator."
        vendor "入れ子は 32 段までです。" / "Values nest at most 32 deep.";
    WrongCharacters "PMH-R114" 422 "Characters that are not allowed here"
        clerk "使えない文字があります。半角の英数字で入力してください。"
            / "The item holds a character that is not allowed. Use half-width letters and digits."
        vendor "半角英数字(ほかに '-' と '_')だけの項目です。全角文字や空白を確認してください。"
            / "The member takes half-width letters and digits (and '-' and '_') only. Look for full-width characters and spaces.";
    BrokenText "PMH-R115" 422 "Broken escape or number"
        clerk "文字または数値の表記が壊れています。システムの担当者に連絡してください。"
            / "A text or a number is damaged. Please tell your system administrator."
        vendor "対になっていないサロゲート(\\ud800 など)か、扱えない大きさの数値があります。"
            / "There is a lone surrogate (such as \\ud800) or a number out of range.";

        }
    };
}

pub(super) use files;
