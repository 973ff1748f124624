package server

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/web"
)

// metrics are what the program counts. No label holds the name of a repository
// or a person, and each label has few values, whatever strangers send.
type metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	runs       *prometheus.HistogramVec
	requests   *prometheus.CounterVec
	waited     *prometheus.HistogramVec
}

// newMetrics makes them; busy is asked at each look.
func newMetrics(version string, busy func() (due, leased int)) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kintsugi_deliveries_total", Help: "Webhook deliveries, by event (others are \"other\", unverified ones have none) and result.",
		}, []string{"event", "result"}),
		runs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kintsugi_run_seconds", Help: "Runs of subjects, by result.", Buckets: buckets,
		}, []string{"result"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kintsugi_github_requests_total", Help: "Requests to GitHub, by method, route and status (0: no answer).",
		}, []string{"method", "route", "status"}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kintsugi_github_request_seconds", Help: "How long GitHub took to answer, by method.", Buckets: buckets,
		}, []string{"method"}),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "kintsugi_build_info", Help: "The program that runs; always 1.",
	}, []string{"version", "go"})
	info.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(m.deliveries, m.runs, m.requests, m.waited, info, queue{busy},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// buckets reach from a run in memory to GitHub's slowest answers.
var buckets = []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// handler shows the metrics, to a few at once.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// events are those that are counted by name: what this program looks at, or is
// likely to be sent.
var events = map[string]bool{
	"": true, "ping": true, "issues": true, "issue_comment": true, "push": true, "label": true, "sub_issues": true,
	"installation": true, "installation_repositories": true, "installation_target": true,
	"pull_request": true, "check_run": true, "check_suite": true, "deployment": true,
	"deployment_protection_rule": true, "repository": true, "member": true,
}

func (m *metrics) delivery(event string, outcome web.Outcome) {
	if !events[event] {
		event = "other"
	}
	m.deliveries.WithLabelValues(event, string(outcome)).Inc()
}

func (m *metrics) ran(r engine.Run) {
	result := "unchanged"
	switch {
	case r.Err != nil:
		result = "failed"
	case r.Owner == "":
		result = "not_ours"
	case r.Owner == "sweep":
		result = "sweep"
	case len(r.Did) > 0:
		result = "changed"
	}
	m.runs.WithLabelValues(result).Observe(r.Took.Seconds())
}

func (m *metrics) request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.waited.WithLabelValues(method).Observe(took.Seconds())
}

// queue shows how much there is to do, as of the moment it is looked at.
type queue struct{ busy func() (due, leased int) }

var queueSize = prometheus.NewDesc("kintsugi_subjects", "Subjects that wait to be run (due) and that are being run (leased).",
	[]string{"state"}, nil)

// Describe implements prometheus.Collector.
func (q queue) Describe(to chan<- *prometheus.Desc) { to <- queueSize }

// Collect implements prometheus.Collector.
func (q queue) Collect(to chan<- prometheus.Metric) {
	due, leased := q.busy()
	to <- prometheus.MustNewConstMetric(queueSize, prometheus.GaugeValue, float64(due), "due")
	to <- prometheus.MustNewConstMetric(queueSize, prometheus.GaugeValue, float64(leased), "leased")
}
