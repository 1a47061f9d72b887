package optix

import "encoding/json"

type rawIaCSubmission struct {
	ScanID  json.RawMessage `json:"scan_id"`
	Summary json.RawMessage `json:"summary"`
}

func decodeIaCSubmission(body []byte) (IaCSubmission, error) {
	raw, err := parse[rawIaCSubmission](body)
	if err != nil {
		return IaCSubmission{}, err
	}
	id, err := text("scan_id", raw.ScanID)
	if err != nil {
		return IaCSubmission{}, err
	}
	summary, err := decodeSummary(raw.Summary)
	if err != nil {
		return IaCSubmission{}, err
	}
	return IaCSubmission{ScanID: id, Summary: summary}, nil
}

type rawSummary struct {
	Critical json.RawMessage `json:"num_critical_alerts"`
	High     json.RawMessage `json:"num_high_alerts"`
	Medium   json.RawMessage `json:"num_medium_alerts"`
	Low      json.RawMessage `json:"num_low_alerts"`
}

// decodeSummary returns nil for an absent summary. One that is there must have
// all four counts: a missing one is not zero.
func decodeSummary(raw json.RawMessage) (*Summary, error) {
	if absent(raw) {
		return nil, nil
	}
	var r rawSummary
	if raw[0] != '{' || json.Unmarshal(raw, &r) != nil {
		return nil, wrong("summary", raw, "an object")
	}
	var s Summary
	var errs [4]error
	s.Critical, errs[0] = count("summary.num_critical_alerts", r.Critical)
	s.High, errs[1] = count("summary.num_high_alerts", r.High)
	s.Medium, errs[2] = count("summary.num_medium_alerts", r.Medium)
	s.Low, errs[3] = count("summary.num_low_alerts", r.Low)
	if err := first(errs[:]...); err != nil {
		return nil, err
	}
	return &s, nil
}

// rawIaCStatus has both spellings: the reference's schema says
// processing_ongoing, its note process_ongoing.
type rawIaCStatus struct {
	Processing json.RawMessage `json:"processing_ongoing"`
	Process    json.RawMessage `json:"process_ongoing"`
	Success    json.RawMessage `json:"success"`
	Error      json.RawMessage `json:"error"`
}

// decodeIaCStatus needs to know whether the scan goes on and, if it doesn't,
// whether it succeeded.
func decodeIaCStatus(body []byte) (IaCStatus, error) {
	raw, err := parse[rawIaCStatus](body)
	if err != nil {
		return IaCStatus{}, err
	}
	a, err1 := optBool("processing_ongoing", raw.Processing)
	b, err2 := optBool("process_ongoing", raw.Process)
	success, err3 := optBool("success", raw.Success)
	if err := first(err1, err2, err3); err != nil {
		return IaCStatus{}, err
	}
	if a == nil && b == nil {
		return IaCStatus{}, wrong("processing_ongoing", raw.Processing, "true or false")
	}
	ongoing := a != nil && *a || b != nil && *b
	if success == nil && !ongoing {
		return IaCStatus{}, wrong("success", raw.Success, "true or false")
	}
	return IaCStatus{Ongoing: ongoing, Success: success != nil && *success, Error: words(raw.Error)}, nil
}

// words reads a text for people, whatever its shape: it only informs.
func words(raw json.RawMessage) string {
	s, err := optText("", raw)
	if err != nil {
		return trim(string(raw), 300)
	}
	return s
}
