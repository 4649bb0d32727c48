<?php
/**
 * A person's data: told, erased, explained.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Joins WordPress' tools for personal data (Tools, Export and Erase Personal Data): what the server keeps of a person and the carts kept
 * here. The text for the shop's privacy policy is a proposal, as those of other plugins.
 */
final class Vitrine_Privacy {

	const NAME      = 'vitrine';
	const ROWS      = 200;     // Of one page of an export.
	const MOST_ROWS = 20000;   // Of a whole export by this tool.
	const WAIT      = 20;      // Seconds for one request.

	/**
	 * Filter of exporters.
	 *
	 * @param array $all Exporters.
	 * @return array
	 */
	public static function add_exporter( $all ) {
		$all[ self::NAME ] = array(
			'exporter_friendly_name' => __( 'Vitrine suggestions', 'vitrine' ),
			'callback'               => array( __CLASS__, 'export' ),
		);
		return $all;
	}

	/**
	 * Filter of erasers.
	 *
	 * @param array $all Erasers.
	 * @return array
	 */
	public static function add_eraser( $all ) {
		$all[ self::NAME ] = array(
			'eraser_friendly_name' => __( 'Vitrine suggestions', 'vitrine' ),
			'callback'             => array( __CLASS__, 'erase' ),
		);
		return $all;
	}

	/**
	 * One page of what is kept of a person.
	 *
	 * @param string $email Address.
	 * @param int    $page  1 and on.
	 * @return array|WP_Error data, done.
	 */
	public static function export( $email, $page = 1 ) {
		$rows = self::cart_rows( $email );
		if ( Vitrine_Options::is_connected() ) {
			$answer = Vitrine_Client::get( '/api/v1/person', array( 'email' => $email ), array( 'timeout' => self::WAIT ) );
			if ( is_wp_error( $answer ) && ! self::is_unknown( $answer ) ) {
				return $answer;
			}
			$rows = array_merge( $rows, is_wp_error( $answer ) ? array() : self::server_rows( $answer ) );
		}
		$from = ( max( 1, (int) $page ) - 1 ) * self::ROWS;
		return array(
			'data' => array_slice( $rows, $from, self::ROWS ),
			'done' => $from + self::ROWS >= count( $rows ),
		);
	}

	/**
	 * Whether the server only says that it knows nobody of that address.
	 *
	 * @param WP_Error $answer Failure.
	 * @return bool
	 */
	private static function is_unknown( $answer ) {
		$data = $answer->get_error_data();
		return isset( $data['status'] ) && 404 === (int) $data['status'];
	}

	/**
	 * Rows of an export, of the server's lists: one list a table, one object a row.
	 *
	 * @param array $answer Of the server.
	 * @return array
	 */
	public static function server_rows( array $answer ) {
		$rows = array();
		foreach ( $answer as $table => $list ) {
			foreach ( is_array( $list ) ? array_values( $list ) : array() as $i => $members ) {
				if ( is_array( $members ) && count( $rows ) < self::MOST_ROWS ) {
					$rows[] = self::row( (string) $table, $table . '-' . $i, $members );
				}
			}
		}
		return $rows;
	}

	/**
	 * Carts kept here.
	 *
	 * @param string $email Address.
	 * @return array
	 */
	private static function cart_rows( $email ) {
		$rows = array();
		foreach ( Vitrine_Carts::of_person( $email ) as $cart ) {
			$members = array(
				__( 'Last changed', 'vitrine' ) => gmdate( 'Y-m-d H:i:s', (int) $cart->changed ) . ' UTC',
				__( 'Products', 'vitrine' )     => $cart->items,
			);
			$rows[]  = self::row( __( 'Carts', 'vitrine' ), 'cart-' . substr( $cart->token_hash, 0, 16 ), $members );
		}
		return $rows;
	}

	/**
	 * One row as WordPress takes it.
	 *
	 * @param string $group   Table.
	 * @param string $id      Of the row.
	 * @param array  $members name => value.
	 * @return array
	 */
	private static function row( $group, $id, array $members ) {
		$data = array();
		foreach ( $members as $name => $value ) {
			if ( null === $value || '' === $value || array() === $value ) {
				continue;
			}
			$data[] = array(
				'name'  => (string) $name,
				'value' => esc_html( is_scalar( $value ) ? ( is_bool( $value ) ? ( $value ? 'true' : 'false' ) : (string) $value ) : (string) wp_json_encode( $value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES ) ),
			);
		}
		return array(
			'group_id'    => 'vitrine-' . sanitize_key( $group ),
			/* translators: %s: what kind of data. */
			'group_label' => sprintf( __( 'Vitrine: %s', 'vitrine' ), $group ),
			'item_id'     => sanitize_key( $id ),
			'data'        => $data,
		);
	}

	/**
	 * Erases a person, here and on the server. Asked again as long as it says that it is not done.
	 *
	 * @param string $email Address.
	 * @param int    $page  Not used: each call takes away what it finds.
	 * @return array items_removed, items_retained, messages, done.
	 */
	public static function erase( $email, $page = 1 ) {
		$result = array(
			'items_removed'  => false,
			'items_retained' => false,
			'messages'       => array(),
			'done'           => true,
		);
		foreach ( Vitrine_Carts::of_person( $email ) as $cart ) {
			Vitrine_Carts::end( $cart->seed, 'emptied' );
			$result['items_removed'] = true;
		}
		$user = get_user_by( 'email', $email );
		if ( $user ) {
			delete_user_meta( $user->ID, Vitrine_Checkout::META_CONSENT );
		}
		if ( ! Vitrine_Options::is_connected() ) {
			return $result;
		}
		$answer = Vitrine_Client::delete( '/api/v1/person', array( 'email' => $email ), array( 'timeout' => self::WAIT ) );
		if ( ! is_wp_error( $answer ) ) {
			$result['done']          = ! isset( $answer['done'] ) || true === $answer['done'];
			$result['items_removed'] = $result['items_removed'] || ! empty( $answer['deleted'] ) || ! empty( $answer['blanked'] );
		} elseif ( ! self::is_unknown( $answer ) ) {
			$result['items_retained'] = true;
			/* translators: %s: what went wrong, a sentence. */
			$result['messages'][] = esc_html( sprintf( __( 'The Vitrine server could not erase this person: %s Please try again.', 'vitrine' ), $answer->get_error_message() ) );
		}
		return $result;
	}

	/**
	 * Proposes a text for the privacy policy.
	 */
	public static function add_text() {
		if ( ! function_exists( 'wp_add_privacy_policy_content' ) ) {
			return;
		}
		$text = '<p>' . esc_html__( 'We run our own system for product suggestions (Vitrine). It keeps, on a server of ours, which products a browser looked at, put into the cart and bought, under a random name in the cookie vitrine_visitor (180 days), and which suggestions it followed in the cookie vitrine_recs (7 days). Nothing is passed on to others.', 'vitrine' ) . '</p>';
		if ( Vitrine_Options::get( 'recover_carts' ) ) {
			$text .= '<p>' . esc_html__( 'If you tick the box at the checkout, we keep your e-mail address with your cart, to remind you of it. A cart that nobody touches is forgotten after 90 days.', 'vitrine' ) . '</p>';
		}
		wp_add_privacy_policy_content( 'Vitrine', wp_kses_post( $text ) );
	}
}
