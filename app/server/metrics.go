package server

import (
	"context"
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
	swept      prometheus.Counter
	redelivery prometheus.Counter
}

// newMetrics makes them; state is asked at each look.
func newMetrics(version string, state func() state) *metrics {
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
		swept: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kintsugi_sweep_requests_total", Help: "Requests to GitHub that sweeps took to find what deliveries lost.",
		}),
		redelivery: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kintsugi_redeliveries_total", Help: "Deliveries that never arrived and that GitHub was asked to send again.",
		}),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "kintsugi_build_info", Help: "The program that runs; always 1.",
	}, []string{"version", "go"})
	info.WithLabelValues(version, runtime.Version()).Set(1)
	m.registry.MustRegister(m.deliveries, m.runs, m.requests, m.waited, m.swept, m.redelivery, info, watched{state},
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
	"deployment_protection_rule": true, "deployment_status": true, "merge_group": true, "release": true, "status": true, "workflow_run": true,
	"create": true, "repository": true, "member": true,
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

func (m *metrics) request(method, route string, status int, took time.Duration, _ int64) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.waited.WithLabelValues(method).Observe(took.Seconds())
	switch call := method + " " + route; {
	case bySweeps[call]:
		m.swept.Inc()
	case call == redeliver && status < http.StatusMultipleChoices && status > 0:
		m.redelivery.Inc()
	}
}

// redeliver asks for a delivery again, and bySweeps are the requests that
// nothing but sweeps makes.
const redeliver = "POST app/hook/deliveries/{delivery_id}/attempts"

var bySweeps = map[string]bool{
	"GET app/installations": true, "GET installation/repositories": true, "GET repos/{owner}/{repo}/issues": true,
}

// state is what is as of the moment it is looked at.
type state struct {
	sight
	replicas int
	ready    bool
}

func (s *Server) state() state {
	ctx := context.Background()
	return state{s.look(ctx), s.replicas.count(), len(s.notReady(ctx)) == 0}
}

// watched shows the state.
type watched struct{ state func() state }

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	subjects = gauge("kintsugi_subjects", "Subjects that wait to be run (due), that are being run (leased), and that failed so often that they are tried every ten minutes only (set_aside).", "state")
	database = gauge("kintsugi_database_bytes", "What the database takes (used), what it may take (quota; 0 for no quota), and what its disk has left (free; -1 where that is not known).", "kind")
	full     = gauge("kintsugi_database_full", "1 while deliveries are refused because the database is full.")
	paused   = gauge("kintsugi_installations_paused", "Installations that GitHub wants nothing of at the moment.")
	living   = gauge("kintsugi_replicas", "Processes that share this database and GitHub's limits.")
	ready    = gauge("kintsugi_ready", "1 while /readyz says so.")
)

// Describe implements prometheus.Collector.
func (w watched) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{subjects, database, full, paused, living, ready} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (w watched) Collect(to chan<- prometheus.Metric) {
	show := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	now := w.state()
	show(subjects, float64(now.due), "due")
	show(subjects, float64(now.leased), "leased")
	show(subjects, float64(now.setAside), "set_aside")
	show(database, float64(now.room.Used), "used")
	show(database, float64(now.room.Quota), "quota")
	show(database, float64(now.room.Free), "free")
	show(full, truth(now.room.Full))
	show(paused, float64(now.pauses))
	show(living, float64(now.replicas))
	show(ready, truth(now.ready))
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
