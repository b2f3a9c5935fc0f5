"""Citations of official texts."""

from chunfeng.notices.reader.citations import find_citations
from chunfeng.notices.reader.text import normalise


def cited(text, **given):
    return [(c.title, c.number, c.issuer, c.clause) for c in find_citations(normalise(text), **given)]


def test_title_number_and_issuer():
    text = "根据《云溪省人民政府关于稳定就业的意见》(云政发[2020]3号)要求"
    assert cited(text) == [("云溪省人民政府关于稳定就业的意见", "云政发〔2020〕3号", "云溪省人民政府", None)]


def test_the_issuer_before_the_title_holds_for_the_list():
    text = "根据云溪省人社厅《关于做好甲工作的通知》、《关于做好乙工作的通知》精神"
    assert [c[2] for c in cited(text)] == ["云溪省人社厅", "云溪省人社厅"]


def test_nested_brackets_are_one_citation():
    text = "按《县档案局关于印发〈归档办法〉的通知》(东档发〔2003〕7号)办理"
    assert cited(text) == [("县档案局关于印发〈归档办法〉的通知", "东档发〔2003〕7号", "县档案局", None)]


def test_laws_articles_and_short_names():
    text = (
        "依据《中华人民共和国传染病防治法》第四十二条(以下简称《防治法》)，"
        "《传染病防治法》规定的职责。《通知》要求落实。"
    )
    assert cited(text) == [("中华人民共和国传染病防治法", None, None, "第四十二条")]


def test_numbers_without_title_and_duplicates():
    text = "按照云政发〔2020〕3号文件执行，继续执行云政发〔2020〕3号。"
    assert cited(text) == [(None, "云政发〔2020〕3号", None, None)]
    assert cited(text, own_number="云政发〔2020〕3号") == []


def test_newsletters_forms_and_products_of_the_sentence_are_none():
    assert cited("编发《防治快讯》××期，填写《健康登记表》，订阅《青禾日报》。") == []
    assert cited("我们制定了《疫情报告制度》、《返乡人员管理规定》等制度。") == []
    assert cited("现将《青禾市监测方案》印发给你们，请认真执行。") == []


def test_unclosed_brackets_do_no_harm():
    assert cited("《《《〈" * 50) == []
