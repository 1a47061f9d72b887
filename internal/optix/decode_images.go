package optix

import (
	"encoding/json"
	"fmt"
	"strings"
)

type rawSubmission struct {
	TaskID    json.RawMessage `json:"taskId"`
	Duplicate json.RawMessage `json:"duplicate"`
	QuotaFull json.RawMessage `json:"quotaFull"`
}

// decodeSubmission needs a taskId unless the service says why there is none:
// the reference leaves open whether duplicate and quotaFull come with one.
func decodeSubmission(body []byte) (Submission, error) {
	raw, err := parse[rawSubmission](body)
	if err != nil {
		return Submission{}, err
	}
	duplicate, err1 := isSet("duplicate", raw.Duplicate)
	quota, err2 := isSet("quotaFull", raw.QuotaFull)
	id, err3 := optText("taskId", raw.TaskID)
	if err := first(err1, err2, err3); err != nil {
		return Submission{}, err
	}
	if id = strings.TrimSpace(id); id == "" && !duplicate && !quota {
		return Submission{}, wrong("taskId", raw.TaskID, "a task id")
	}
	return Submission{TaskID: id, Duplicate: duplicate, QuotaFull: quota}, nil
}

type rawTask struct {
	TaskID     json.RawMessage `json:"taskId"`
	Status     json.RawMessage `json:"status"`
	ScanResult json.RawMessage `json:"scanResult"`
}

// decodeTask reads the images of a complete task only: before that the
// reference promises nothing about them.
func decodeTask(body []byte) (Task, error) {
	raw, err := parse[rawTask](body)
	if err != nil {
		return Task{}, err
	}
	id, err1 := text("taskId", raw.TaskID)
	status, err2 := text("status", raw.Status)
	if err := first(err1, err2); err != nil {
		return Task{}, err
	}
	t := Task{ID: id, Status: status, State: stateOf(status)}
	if t.State != Complete {
		return t, nil
	}
	t.Images, err = decodeImages(raw.ScanResult)
	if err != nil {
		return Task{}, err
	}
	return t, nil
}

func stateOf(status string) TaskState {
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "submitted":
		return Submitted
	case "complete":
		return Complete
	case "failed":
		return TaskFailed
	default:
		return UnknownState
	}
}

func decodeImages(raw json.RawMessage) ([]Image, error) {
	items, err := arrayOf("scanResult", raw)
	if err != nil {
		return nil, err
	}
	images := make([]Image, len(items))
	for i, item := range items {
		if images[i], err = decodeImage(fmt.Sprintf("scanResult[%d]", i), item); err != nil {
			return nil, err
		}
	}
	return images, nil
}

type rawImage struct {
	FullTag         json.RawMessage `json:"fullTag"`
	Registry        json.RawMessage `json:"registry"`
	Vulnerabilities json.RawMessage `json:"vulnerabilities"`
	Files           json.RawMessage `json:"files"`
	IsPublic        json.RawMessage `json:"isPublic"`
	IsSecure        json.RawMessage `json:"isSecure"`
}

// decodeImage fails where the image can't be told; where its result can't be,
// that is the image's own error, and the other images keep theirs.
func decodeImage(field string, item json.RawMessage) (Image, error) {
	if len(item) == 0 || item[0] != '{' {
		return Image{}, wrong(field, item, "an object")
	}
	var raw rawImage
	if err := json.Unmarshal(item, &raw); err != nil {
		return Image{}, wrong(field, item, "an object")
	}
	tag, err := text(field+".fullTag", raw.FullTag)
	if err != nil {
		return Image{}, err
	}
	counts, err1 := decodeCounts(field+".vulnerabilities", raw.Vulnerabilities)
	secure, err2 := optBool(field+".isSecure", raw.IsSecure)
	img := Image{FullTag: tag, Files: decodeFiles(raw.Files)}
	if img.Err = first(err1, err2); img.Err == nil {
		img.Vulnerabilities, img.Secure = counts, secure
	}
	// Registry and isPublic only inform: nothing is decided by them.
	img.Registry, _ = optText("registry", raw.Registry)
	img.Public, _ = optBool("isPublic", raw.IsPublic)
	return img, nil
}

// decodeCounts reads every key: the reference ends its list of severities in
// "..". A key whose value is null was not counted.
func decodeCounts(field string, raw json.RawMessage) ([]Count, error) {
	counts := []Count{}
	err := objectOf(field, raw, func(key string, value json.RawMessage) error {
		if absent(value) {
			return nil
		}
		n, err := count(field+"."+key, value)
		counts = append(counts, Count{Severity: key, N: n})
		return err
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// decodeFiles reads an array of names or one name: the reference types the field
// "List.string" and nothing is decided by it.
func decodeFiles(raw json.RawMessage) []string {
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}

type rawContainer struct {
	Success json.RawMessage `json:"success"`
	Status  json.RawMessage `json:"status"`
	Message json.RawMessage `json:"message"`
	Code    json.RawMessage `json:"code"`
	Data    json.RawMessage `json:"data"`
}

// decodeContainer needs the data of a success; an image result that can't be
// read is an error here, because it is all that was asked for.
func decodeContainer(body []byte) (ContainerResult, error) {
	raw, err := parse[rawContainer](body)
	if err != nil {
		return ContainerResult{}, err
	}
	var r ContainerResult
	var errs [4]error
	r.Success, errs[0] = mustBool("success", raw.Success)
	r.Status, errs[1] = optText("status", raw.Status)
	r.Message, errs[2] = optText("message", raw.Message)
	r.Code, errs[3] = optText("code", raw.Code)
	if err := first(errs[:]...); err != nil {
		return ContainerResult{}, err
	}
	if !r.Success {
		return r, nil
	}
	img, err := decodeImage("data", raw.Data)
	if err := first(err, img.Err); err != nil {
		return ContainerResult{}, err
	}
	r.Image = &img
	return r, nil
}
