package ci

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// nodes are the variables in which a host tells each of the jobs that it starts side by side its
// number, and how many there are.
type nodes struct {
	index, total string
	// first is the number of the first job, 0 or 1.
	first int
	// strategy is set if [StrategyVariable] has them instead.
	strategy bool
}

// commonNodes are those of GitLab (https://docs.gitlab.com/ci/yaml/#parallel), which other hosts
// and plugins use as well.
func commonNodes() nodes { return nodes{index: "CI_NODE_INDEX", total: "CI_NODE_TOTAL", first: 1} }

// StrategyVariable holds the strategy of a job of GitHub Actions as JSON: GitHub gives it to no
// program, so the action, or the step, passes toJSON(strategy).
const StrategyVariable = "SCANGATE_STRATEGY"

// strategyNodes reads job-index, which counts from 0 over the whole matrix, and job-total.
func strategyNodes(getenv func(string) string) (index, total int, err error) {
	var strategy struct {
		Index int `json:"job-index"`
		Total int `json:"job-total"`
	}
	text := getenv(StrategyVariable)
	if text == "" {
		return 0, 0, fmt.Errorf("%s is not set: the step needs env: {%[1]s: \"${{ toJSON(strategy) }}\"}", StrategyVariable)
	}
	if err := json.Unmarshal([]byte(text), &strategy); err != nil {
		return 0, 0, fmt.Errorf("%s must be toJSON(strategy): %w", StrategyVariable, err)
	}
	if strategy.Index < 0 || strategy.Index >= strategy.Total {
		return 0, 0, fmt.Errorf("%s has the job-index %d and the job-total %d: no job has this number", StrategyVariable, strategy.Index, strategy.Total)
	}
	return strategy.Index + 1, strategy.Total, nil
}

// Nodes says as Markdown where the numbers of parallel jobs come from.
func (p Profile) Nodes() string {
	switch {
	case p.nodes.strategy:
		return "`" + StrategyVariable + "`"
	case p.nodes != (nodes{}):
		return "`" + p.nodes.index + "`, `" + p.nodes.total + "`"
	}
	return "none"
}

// NodeOf returns the number of this job among those that the host starts side by side, from 1, and
// how many there are. An error says which variables are missing or wrong.
func NodeOf(getenv func(string) string) (index, total int, err error) {
	n := commonNodes()
	for _, p := range Profiles() {
		if p.matches(getenv) {
			if p.nodes != (nodes{}) {
				n = p.nodes
			}
			break
		}
	}
	if n.strategy {
		return strategyNodes(getenv)
	}
	if getenv(n.index) == "" && getenv(n.total) == "1" {
		return 1, 1, nil // GitLab, for a job that is not parallel
	}
	if index, err = n.read(getenv, n.index); err != nil {
		return 0, 0, err
	}
	if total, err = n.read(getenv, n.total); err != nil {
		return 0, 0, err
	}
	index += 1 - n.first
	if index < 1 || index > total {
		return 0, 0, fmt.Errorf("%s is %q and %s is %q: no job has this number", n.index, getenv(n.index), n.total, getenv(n.total))
	}
	return index, total, nil
}

func (n nodes) read(getenv func(string) string, name string) (int, error) {
	text := getenv(name)
	if text == "" {
		return 0, fmt.Errorf("%s is not set", name)
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 {
		return 0, fmt.Errorf("%s must be an integer >= 0, got %q", name, text)
	}
	return number, nil
}
