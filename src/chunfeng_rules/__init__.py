"""The rules of measures: one readable YAML file explains one case and evaluates ten million (no Django).

measure = load(path)                             # reading: YAML → Measure, or BadMeasure with findings
explain(measure, {"laid_off": 3}, on=day)        # scalar: one case with every reason
chunfeng_rules.batch.evaluate(table, measures)   # batch: an Ibis expression (imports Ibis)
"""
