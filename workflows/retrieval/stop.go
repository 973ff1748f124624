package retrieval

import "strings"

// stopWords tell no text from another: the small words of English, and those
// that stand in every report of an incident, in both languages. A small
// repository has too few texts to find that out by counting. Kanji stand here
// in pairs, or alone between other characters.
var stopWords = func() map[string]bool {
	all := map[string]bool{}
	for _, list := range []string{smallWords, reportWords, japaneseWords} {
		for w := range strings.FieldsSeq(list) {
			all[w] = true
		}
	}
	return all
}()

const (
	smallWords = `
	a about above after again against all almost already also although always am among an and another any anybody
	anyone anything are around as at away be became because become been before began begin being below between
	both but by came can cannot come could did do doe does doing don done down due during each either else enough
	etc even ever every everybody everyone everything few first following for found from full further get gets
	getting give given go goes going gone got had has have having he hello help her here high him his hour how
	however if in instead into is it its itself just keep know known last later least less let like little long
	look lot low made make makes many may maybe me mean might min minute more most much must my need needs never
	new next no nobody none nor not note nothing now of off often old on once one only onto open or other others
	our out over own part people per please possible put quickly quite rather re really right said same saw say
	see seem seen set several shall she should show showed shown side since small so some somebody someone
	something soon still such take taken than thank thanks that the their them then there therefore these they
	thing think this those though through thus to today together tomorrow tonight too took toward tried try two
	under unless until up upon us use used useful user using usual usually very via wa want was way we well went
	were what when where whether which while who whole whose why will with within without won work worked working
	would yes yesterday yet you your`
	reportWords = `
	incident incidents outage outages issue issues problem problems error errors failure failures fail failed
	failing fault alert alerts service services system systems production prod summary timeline impact impacted
	affect affected affecting cause caused causes causing root resolve resolved resolution resolving restore
	restored repair repaired detect detected detection declare declared report reported reporter reports reporting
	notice noticed observe observed investigate investigated investigating investigation mitigate mitigated
	mitigation action actions item items follow followup review lesson lessons learned learnt happen happened
	happening happens occur occurred occurring start started starting stop end ended team teams engineer engineers
	member members customer customers users time times timestamp date day days week month minutes hours seconds
	second sec utc jst pst pdt cet bst est gmt pm january february march april june july august september october
	november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
	saturday sunday severity sev sev1 sev2 sev3 sev4 status update updates updated postmortem post-mortem mortem post http
	https www com org io md html unknown unavailable available unable broken wrong bad experience experienced
	seeing number lead led result resulted resulting change changes changed context identified message initial
	closing final key events event response respond responded degraded normal expected immediately currently
	request requests run running able different multiple various additional possibly unfortunately confirm
	confirmed fix fixed fixing check checked`
	japaneseWords = `
	障害 発生 停止 客様 数件 対応 確認 影響 復旧 検知 時間 時刻 原因 問題 状態 状況 必要 場合
	可能 今回 現在 報告 連絡 利用 使用 実行 開始 終了 完了 以下 以上 以降 以前
	調査 修正 概要 詳細 経緯 記録 重大 範囲 期間 暫定 恒久 対策 改善 再発 防止
	根本 直接 一部 全体 全て 複数 最初 最後 前後 午前 午後 今日 昨日 本日 不明
	不可 失敗 成功 異常 正常 通常 結果 内容 項目 事象 事故
	顧客 担当 お客 様が 自分 当時 同時 同様 関連 部分 以外 意図 想定 予定 変更
	追加 削除 作成 実施 実装 適用 継続 発見 判明 特定 解消 解決 経過 直後
	途中 状 回 件 分 秒 時 日 月 年 的 性 化 用 中 上 下 内 外 前 後 間 側 系 約 各 全
	お問 問い い合 合わ わせ 問合
	他 無 有 何 人 者 方 今 見 行 出 入 来 使 言 思 持 取 際
	インシデント ポストモーテム エラー サービス システム ユーザ ユーザー サマリ
	サマリー タイムライン ログ データ アラート メタデータ チーム アクション
	アイテム ステータス レポート コンテキスト`
)
