package blame

import "strings"

// A phrase is what blames in Japanese, the person it needs, and the better
// wording. "｜" parts alternatives. In the better wording "％" is the noun that
// stands before the phrase with を; the general one is for where there is none.
type phrase struct {
	who     bearer
	words   string
	better  string
	general string
}

const (
	jaAsked = "％が手順に組み込まれていなかった"

	jaNoStep      = "この作業が手順に組み込まれていなかった"
	jaNoCheck     = "確認が手順に組み込まれていなかった"
	jaNoReminder  = "この作業を思い出させる仕組みがなかった"
	jaNoGuard     = "間違えても影響が出る前に止まる仕組みがなかった"
	jaNoSafeguard = "一人の注意に頼っていて、それを補う仕組みがなかった"
	jaNoSight     = "その時点で気づける表示や通知がなかった"
	jaNoTraining  = "必要な知識を得られる資料や訓練が用意されていなかった"
	jaNoChannel   = "関係者に伝える経路と時機が決まっていなかった"
	jaUnclear     = "誰がいつまでに行うかが決まっていなかった"
	jaSensible    = "その時点の情報では妥当な判断に見えた"
	jaConditions  = "複数の条件が重なって起きた（要因の欄に挙げる）"
	jaNoRelief    = "主担当が出られないときの交代が決まっていなかった"
	jaNoise       = "警告が、対応のいらない通知と見分けにくかった"
)

// phrasesJapanese lists what blames. "anyone" phrases are said of people only;
// "doer" phrases need somebody as their subject or owner, since machines also
// forget, miss and ignore; "owner" phrases need somebody directly before them.
var phrasesJapanese = []phrase{
	// Lack of care.
	{anyone, "怠った｜怠って｜怠り｜怠っ", jaAsked, jaNoStep},
	{anyone, "怠慢｜怠惰｜職務怠慢", "", jaNoStep},
	{anyone, "不注意｜注意不足｜注意が足り｜注意が足ら｜注意力が足り｜注意力が散漫｜注意力不足｜注意力の欠如｜注意力散漫｜注意を払っていな｜注意を払わ｜注意散漫｜注意を欠", "", jaNoSafeguard},
	{anyone, "気の緩み｜気のゆるみ｜気が緩｜気がゆる｜気を抜｜集中力を欠｜集中力が足り｜集中力が切れ｜集中力が欠け｜慢心｜緊張感が足り｜緊張感に欠け｜緊張感がな", "", jaNoSafeguard},
	{anyone, "うっかり", "", jaNoGuard},
	{doer, "もっと注意｜もっと気をつけ｜もっと気を付け", "", jaNoSafeguard},
	{doer, "油断", "", jaNoSafeguard},
	{anyone, "軽率｜安易に考え｜安易な考え｜浅はか｜早合点", "", jaSensible},
	{anyone, "いい加減な｜いいかげんな｜いい加減に｜ずさん｜杜撰｜手抜き｜手を抜｜サボっ｜サボり｜さぼっ｜横着", "", jaNoStep},
	{doer, "雑な｜雑に｜適当に", "", jaNoStep},
	{doer, "甘かっ｜甘く｜甘い", "", jaNoStep},
	{anyone, "危機意識が足り｜危機意識が低｜危機意識が薄｜危機意識がな｜危機意識に欠け｜危機意識の欠如｜危機意識不足｜当事者意識の欠如｜当事者意識が足り｜当事者意識が低｜当事者意識がな｜当事者意識に欠け｜責任感が足り｜責任感がな｜責任感に欠け｜責任感が欠け｜責任感の欠如｜プロ意識｜品質意識の低｜意識が低｜意識の低さ｜意識が足り｜意識が欠け｜意識の欠如｜配慮が足り｜努力が足り｜努力不足", "", jaNoSafeguard},
	{anyone, "無責任｜身勝手", "", jaUnclear},
	{doer, "勝手に", "", jaUnclear},

	// Mistakes as a cause.
	{anyone, "ヒューマンエラー｜ヒューマン・エラー｜人為的ミス｜人為的なミス｜人為ミス｜人為的エラー｜人為的な誤り｜人的ミス｜人的エラー｜操作ミス｜作業ミス｜判断ミス｜確認ミス｜人のミス", "", jaNoGuard},
	{anyone, "ケアレスミス｜凡ミス｜単純ミス｜単純なミス｜初歩的なミス｜初歩的ミス｜ミスを犯", "", jaNoGuard},
	{owner, "ミス｜失態｜間違いで｜間違いに｜ポカ｜やらかし｜落ち度", "", jaNoGuard},
	{doer, "やらかし｜ミスした｜ミスをした｜しくじ", "", jaNoGuard},
	{anyone, "落ち度｜不手際｜尻拭い｜足を引っ張｜余計なことを", "", jaNoGuard},
	{anyone, "過失により｜過失によって｜過失があ", "", jaNoGuard},
	{owner, "思い込み｜勘違い｜見間違い｜見落とし｜見逃し｜設定漏れ｜確認漏れ｜対応漏れ｜連絡漏れ｜更新漏れ｜作業漏れ｜考慮漏れ｜伝達漏れ｜実施漏れ｜失念", "", jaNoGuard},
	{owner, "確認不足｜検証不足｜テスト不足｜理解不足｜認識不足｜準備不足｜連絡不足｜説明不足｜能力不足｜力不足｜確認が不十分", "", jaNoStep},

	// Lack of skill.
	{anyone, "スキル不足｜スキルが低｜スキルが足り｜理解力が足り｜理解力がな｜理解力不足｜知識不足｜知識が足り｜経験不足｜技術力不足｜技術力が低｜技術力の低さ｜無能｜無知", "", jaNoTraining},
	{doer, "理解していなかった｜理解しておらず｜理解していない｜分かっていなかった｜わかっていなかった｜分かっていない｜わかっていない｜何も分かって｜何もわかって｜能力に問題｜能力が低｜能力がな", "", jaNoTraining},
	{anyone, "当然知って｜知らないはずがない｜分かっていたはず｜わかっていたはず｜知っていたはず｜気づいていたはず｜理解に苦し", "", jaNoSight},

	// What was left out.
	{doer, "忘れていた｜忘れた｜忘れてしま｜忘れ、｜忘れました｜忘れていました｜忘れがあ｜忘れによ｜忘れで", jaAsked, jaNoReminder},
	{anyone, "失念し", jaAsked, jaNoReminder},
	{doer, "見落とし｜見落と｜見逃し｜見過ごし", "", jaNoSight},
	{doer, "無視し｜無視さ｜軽視し｜軽視さ", "", jaNoise},
	{doer, "放置し｜放置さ｜放置して", "", jaUnclear},
	{doer, "確認しなかった｜確認していなかった｜確認せず｜確認もせず｜確認しないまま｜検証しなかった｜検証せず｜検証しないまま｜テストしなかった｜テストせず｜テストもせず｜チェックしなかった｜チェックせず", "", jaNoCheck},
	{doer, "読まなかった｜読まず｜読んでいなかった｜読みもせず｜見ていなかった｜見もせず｜見なかった｜見ずに｜守らなかった｜守らず｜守っていなかった｜従わなかった｜従わず", "", jaNoStep},
	{doer, "報告しなかった｜報告していなかった｜報告せず｜連絡しなかった｜連絡していなかった｜連絡せず｜共有しなかった｜共有していなかった｜共有せず｜相談しなかった｜相談せず", "", jaNoChannel},
	{doer, "ろくに｜ちゃんと｜きちんと｜しっかり｜真面目に｜まじめに", "", jaNoStep},
	{anyone, "誰もろくに｜誰もちゃんと｜誰もきちんと｜誰もしっかり｜誰も真面目に", "", jaNoStep},
	{doer, "改善しなかった｜対応しなかった｜何もしなかった", "", jaUnclear},
	{anyone, "寝坊｜居眠り｜寝過ごし", "", jaNoRelief},

	// What somebody ought to have done, and whose fault it is said to be.
	{doer, "べきだった｜べきでした｜べきであった｜べきところ", "", jaNoStep},
	{doer, "ていれば防げ｜ていれば避け｜ていれば起き｜いれば防げ｜しなければ防げ｜しなければ起き｜しなければ障害", "", jaNoGuard},
	{owner, "せいで｜せいだ｜せいです｜せいに｜せいである｜せいと", "", jaConditions},
	{owner, "責任である｜責任だ｜責任です｜責任で発生｜責任で起き｜責任が大き｜責任が重", "", jaConditions},
	{target, "責任は｜非は", "", jaConditions},
	{owner, "が悪かった｜が悪い｜も悪い｜も悪かった", "", jaConditions},
	{doer, "のが悪い｜のが悪かった｜のが間違い", "", jaConditions},
	{target, "犯人は｜戦犯は", "", jaConditions},
	{anyone, "弁解の余地｜言い訳｜再教育｜厳重注意｜始末書｜懲戒処分", "", jaConditions},
	{anyone, "連中", "", jaConditions},
	{doer, "何度も注意｜再三注意｜注意されていた", "", jaUnclear},
}

// peopleJapanese are words for somebody that a particle follows.
var peopleJapanese = strings.Fields(`
担当 担当者 作業者 作業員 作業担当者 実施者 実行者 操作者 開発者 運用者 対応者 承認者 管理者 監視者 当事者 前任者 後任者 当直者 依頼者 発注者
エンジニア プログラマ プログラマー オペレータ オペレーター レビュアー レビューア レビュワー レビューワー リーダー マネージャー マネージャ ディレクター
デザイナー 新人 若手 ベテラン 当番 当直 夜勤 営業 企画 情シス 業者 委託先 外注先 外注 派遣 協力会社 ベンダー チーム メンバー スタッフ 社員 従業員
上司 上長 部下 先輩 後輩 同僚 課長 部長 社長 係長 主任 人たち 本人 彼 彼女 誰か 誰も 開発側 運用側 ベンダー側 業者側 営業側 企画側 部門 部署 DBA SRE QA DevOps
`)

// familyNames are common family names, for people who are called by them alone.
var familyNames = strings.Fields(`
佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 斉藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川
前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 中川 原田 松田 竹内 小野 田村 中山 和田 石田 森田
上田 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 増田 丸山 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井
千葉 菅原 岩崎 久保 木下 佐野 野村 松尾 市川 菊地 杉本 古川 大西 島田 水野 桜井 渡部 吉川 山内 西田 飯田 菊池 西川 小松 北村 安田 五十嵐 川口 平田 中田
`)

// ourselvesJapanese are those who write: what they say of themselves is a look at how the
// work is organised.
var ourselvesJapanese = strings.Fields(`私たち 私達 我々 われわれ 弊社 当社 自社 私ども 当チーム 弊チーム 当部 弊部`)

// denialsJapanese after a phrase deny it, guard against it, or speak of what may happen.
var denialsJapanese = strings.Fields(`
ではな でなく じゃな ではあり とは限 にしない にせず でない 責め 問わ 問う 問題にし 避け 防ぐ 防ぎ 防止 防げる 予防 対策 減ら 低減 削減 軽減 なくす 無くす 排除 頼ら 依存しな 片付け
片づけ 可能性 リスク おそれ 恐れ 懸念 やすい 起こりうる 起こり得る 起き得る 起きうる 起きない 起こらない 起きても 起きる 起こる つきもの 拾い上げ ものなのか しまっても である前に 発生しない 発生しても 前提 検知 気づける 実行できない しても 押せない という書き方 という言葉 という表現
とせず とはせ と呼ば に帰さ ゼロ 誘発 しにくい ないよう 発生しう ケース 場合
`)
