package optix

import (
	"encoding/json"
	"fmt"
)

type rawAlertCounts struct {
	Critical json.RawMessage `json:"critical"`
	High     json.RawMessage `json:"high"`
	Medium   json.RawMessage `json:"medium"`
	Low      json.RawMessage `json:"low"`
	Total    json.RawMessage `json:"total"`
}

func decodeAlertCounts(body []byte) (AlertCounts, error) {
	raw, err := parse[rawAlertCounts](body)
	if err != nil {
		return AlertCounts{}, err
	}
	var c AlertCounts
	var errs [5]error
	c.Critical, errs[0] = count("critical", raw.Critical)
	c.High, errs[1] = count("high", raw.High)
	c.Medium, errs[2] = count("medium", raw.Medium)
	c.Low, errs[3] = count("low", raw.Low)
	c.Total, errs[4] = count("total", raw.Total)
	if err := first(errs[:]...); err != nil {
		return AlertCounts{}, err
	}
	return c, nil
}

type rawAlertPage struct {
	Data        json.RawMessage `json:"data"`
	CurrentPage json.RawMessage `json:"currentPage"`
	HasNext     json.RawMessage `json:"hasNext"`
	TotalPages  json.RawMessage `json:"totalPages"`
	Size        json.RawMessage `json:"size"`
}

// decodeAlertPage needs hasNext: without it pages could be left unread.
func decodeAlertPage(body []byte) (AlertPage, error) {
	raw, err := parse[rawAlertPage](body)
	if err != nil {
		return AlertPage{}, err
	}
	var p AlertPage
	var errs [4]error
	p.HasNext, errs[0] = mustBool("hasNext", raw.HasNext)
	p.Page, errs[1] = optCount("currentPage", raw.CurrentPage)
	p.TotalPages, errs[2] = optCount("totalPages", raw.TotalPages)
	p.Size, errs[3] = optCount("size", raw.Size)
	if err := first(errs[:]...); err != nil {
		return AlertPage{}, err
	}
	items, err := arrayOf("data", raw.Data)
	if err != nil {
		return AlertPage{}, err
	}
	p.Alerts = make([]Alert, len(items))
	for i, item := range items {
		if p.Alerts[i], err = decodeAlert(fmt.Sprintf("data[%d]", i), item); err != nil {
			return AlertPage{}, err
		}
	}
	return p, nil
}

func optCount(field string, raw json.RawMessage) (int, error) {
	if absent(raw) {
		return 0, nil
	}
	return count(field, raw)
}

type rawAlert struct {
	ID          json.RawMessage `json:"id"`
	AlertID     json.RawMessage `json:"alertId"`
	AccountID   json.RawMessage `json:"accountId"`
	AccountName json.RawMessage `json:"accountName"`
	Type        json.RawMessage `json:"alertType"`
	Summary     json.RawMessage `json:"alertSummary"`
	Severity    json.RawMessage `json:"criticalLevel"`
	Details     json.RawMessage `json:"alertDetails"`
	URL         json.RawMessage `json:"url"`
	PolicyLabel json.RawMessage `json:"policyLabel"`
	Provider    json.RawMessage `json:"provider"`
	State       json.RawMessage `json:"state"`
	Score       json.RawMessage `json:"score"`
	FirstSeen   json.RawMessage `json:"firstSeen"`
	LastSeen    json.RawMessage `json:"lastSeen"`
	RuleResult  struct {
		Affected []struct {
			Name json.RawMessage `json:"affectedResource"`
		} `json:"affectedResources"`
	} `json:"ruleResult"`
}

func decodeAlert(field string, item json.RawMessage) (Alert, error) {
	var raw rawAlert
	if item[0] != '{' || json.Unmarshal(item, &raw) != nil {
		return Alert{}, wrong(field, item, "an alert")
	}
	var a Alert
	for _, f := range []struct {
		name string
		raw  json.RawMessage
		to   *string
	}{
		{"id", raw.ID, &a.ID},
		{"alertId", raw.AlertID, &a.AlertID},
		{"accountId", raw.AccountID, &a.AccountID},
		{"accountName", raw.AccountName, &a.AccountName},
		{"alertType", raw.Type, &a.Type},
		{"alertSummary", raw.Summary, &a.Summary},
		{"criticalLevel", raw.Severity, &a.Severity},
		{"alertDetails", raw.Details, &a.Details},
		{"url", raw.URL, &a.URL},
		{"policyLabel", raw.PolicyLabel, &a.PolicyLabel},
		{"provider", raw.Provider, &a.Provider},
		{"state", raw.State, &a.State},
		{"firstSeen", raw.FirstSeen, &a.FirstSeen},
		{"lastSeen", raw.LastSeen, &a.LastSeen},
	} {
		var err error
		if *f.to, err = optText(field+"."+f.name, f.raw); err != nil {
			return Alert{}, err
		}
	}
	if !absent(raw.Score) {
		if n, err := count(field+".score", raw.Score); err == nil { // one that can't be read says nothing
			a.Score = &n
		}
	}
	for _, r := range raw.RuleResult.Affected {
		a.Resources = append(a.Resources, words(r.Name))
	}
	return a, nil
}
