"""WordPress's tools for personal data: what we know of a person is exported and erased, here and at the server."""
import shop
from ear import Ear
from shop import DEAD, connected_to
from test_offers import add, ids, visitor_of


def cart_of_ana(site):
    visitor = visitor_of(site)
    add(visitor, ids(site, "P-0-0"))
    assert visitor.post("/?wc-ajax=vitrine_contact", {"email": "ana@shop.example", "consent": "1"}).status == 200


def export(site, email="ana@shop.example"):
    return site.php(f"""$all = apply_filters('wp_privacy_personal_data_exporters', []); $said = call_user_func($all['vitrine']['callback'], '{email}', 1);
        return is_wp_error($said) ? $said->get_error_message() : $said;""", admin=True)


def erase(site, email="ana@shop.example"):
    return site.php(f"$all = apply_filters('wp_privacy_personal_data_erasers', []); return call_user_func($all['vitrine']['callback'], '{email}', 1);", admin=True)


def test_a_person_is_exported_and_erased_and_nobody_else_is():
    ear = Ear()
    site = connected_to(ear.url)
    cart_of_ana(site)
    other = visitor_of(site, "visitor-0002")
    add(other, ids(site, "P-0-1"))
    other.post("/?wc-ajax=vitrine_contact", {"email": "ion@shop.example", "consent": "1"})
    said = export(site)
    assert said["done"] and any(row["group_id"] == "vitrine-carts" for row in said["data"]), said
    done = erase(site)
    assert done["items_removed"] and done["done"] and not done["items_retained"], done
    assert any(r.startswith("DELETE /api/v1/person?email=ana%40shop.example") for r in ear.requests), ear.requests
    assert not [row for row in export(site)["data"] if row["group_id"] == "vitrine-carts"]
    assert [row for row in export(site, "ion@shop.example")["data"] if row["group_id"] == "vitrine-carts"]
    site.work()
    assert "ana@shop.example" not in str(ear.messages)


def test_a_server_that_is_away_is_said_so_that_the_owner_tries_again():
    site = connected_to(DEAD)
    cart_of_ana(site)
    assert isinstance(export(site), str)
    done = erase(site)
    assert done["items_retained"] and "try again" in " ".join(done["messages"]), done


def test_the_owners_policy_page_has_our_words():
    site = connected_to()
    text = site.php("""require_once ABSPATH . 'wp-admin/includes/class-wp-privacy-policy-content.php'; do_action('admin_init');
        return implode(' ', wp_list_pluck(WP_Privacy_Policy_Content::get_suggested_policy_text(), 'policy_text'));""", admin=True)
    assert "vitrine_visitor" in text and "vitrine_recs" in text
