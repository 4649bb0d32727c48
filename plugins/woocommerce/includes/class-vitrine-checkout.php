<?php
/**
 * What the checkout tells.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks guests whether they want to be reminded of a cart they leave behind, and writes into orders which browser placed them and which
 * suggestions led to them. The same for the classic checkout and the block.
 */
final class Vitrine_Checkout {

	const FIELD        = 'vitrine_email_consent';
	const BLOCK_FIELD  = 'vitrine/email-consent';
	const META_VISITOR = '_vitrine_visitor';
	const META_RECS    = '_vitrine_recs';             // Ids with blanks between.
	const META_CONSENT = '_vitrine_email_consent';    // Of orders and of customers: yes or no.

	/**
	 * The question.
	 *
	 * @return string
	 */
	public static function question() {
		return __( 'Remind me by e-mail if I leave something in my cart', 'vitrine' );
	}

	/**
	 * Filter woocommerce_checkout_fields: the box stands below the address. It is never ticked for the visitor.
	 *
	 * @param array $fields Of the checkout.
	 * @return array
	 */
	public static function add_field( $fields ) {
		if ( isset( $fields['billing']['billing_email'] ) ) {
			$place = isset( $fields['billing']['billing_email']['priority'] ) ? $fields['billing']['billing_email']['priority'] : 110;

			$fields['billing'][ self::FIELD ] = array(
				'type'     => 'checkbox',
				'label'    => self::question(),
				'required' => false,
				'class'    => array( 'form-row-wide' ),
				'priority' => $place + 1,
				'default'  => self::has_agreed() ? 1 : 0,
			);
		}
		return $fields;
	}

	/**
	 * Whether this WooCommerce lets the block have fields of others (8.9 and later). Where it does not, shop.js puts the box there.
	 *
	 * @return bool
	 */
	public static function has_block_fields() {
		return function_exists( 'woocommerce_register_additional_checkout_field' );
	}

	/**
	 * The same in the block.
	 */
	public static function add_block_field() {
		woocommerce_register_additional_checkout_field(
			array(
				'id'       => self::BLOCK_FIELD,
				'label'    => self::question(),
				'location' => 'contact',
				'type'     => 'checkbox',
				'required' => false,
			)
		);
	}

	/**
	 * The block tells what was ticked.
	 *
	 * @param string  $key    Field.
	 * @param mixed   $value  1 or nothing.
	 * @param string  $group  Of fields.
	 * @param WC_Data $thing  Order or customer.
	 */
	public static function block_field_set( $key, $value, $group, $thing ) {
		if ( self::BLOCK_FIELD === $key ) {
			$thing->update_meta_data( self::META_CONSENT, $value ? 'yes' : 'no' );
			self::agree( (bool) $value, '' );
		}
	}

	/**
	 * Whether this visitor said yes before.
	 *
	 * @return bool
	 */
	private static function has_agreed() {
		$user = get_current_user_id();
		return ( WC()->session && WC()->session->get( Vitrine_Carts::CONSENT ) ) || ( $user && 'yes' === get_user_meta( $user, self::META_CONSENT, true ) );
	}

	/**
	 * Notes yes or no, with the address it is said of.
	 *
	 * @param bool   $yes   Whether he wants to be reminded.
	 * @param string $email Address; '' where only the answer is known.
	 */
	public static function agree( $yes, $email ) {
		$user = get_current_user_id();
		if ( $user && get_user_meta( $user, self::META_CONSENT, true ) !== ( $yes ? 'yes' : 'no' ) ) {
			update_user_meta( $user, self::META_CONSENT, $yes ? 'yes' : 'no' );
		}
		if ( ! WC()->session ) {
			return;
		}
		WC()->session->set( Vitrine_Carts::CONSENT, $yes );
		WC()->session->set( Vitrine_Carts::EMAIL, $yes && is_email( $email ) ? $email : null );
		Vitrine_Carts::note_change();
	}

	/**
	 * Action woocommerce_checkout_create_order: the order is about to be written.
	 *
	 * @param WC_Order $order The order.
	 * @param array    $data  Posted, cleaned by WooCommerce.
	 */
	public static function write_classic( $order, $data ) {
		if ( isset( $data[ self::FIELD ] ) && Vitrine_Options::get( 'recover_carts' ) ) {
			self::agree( (bool) $data[ self::FIELD ], isset( $data['billing_email'] ) ? (string) $data['billing_email'] : '' );
		}
		self::write( $order );
	}

	/**
	 * Writes into the order whose it is and what led to it; WooCommerce saves it after this.
	 *
	 * @param WC_Order $order The order.
	 */
	public static function write( $order ) {
		$visitor = Vitrine_Visitor::id();
		$recs    = self::recs();
		$agreed  = WC()->session ? WC()->session->get( Vitrine_Carts::CONSENT ) : null;
		if ( is_bool( $agreed ) && Vitrine_Options::get( 'recover_carts' ) ) {
			$order->update_meta_data( self::META_CONSENT, $agreed ? 'yes' : 'no' );
		}
		if ( '' !== $visitor ) {
			$order->update_meta_data( self::META_VISITOR, $visitor );
		}
		if ( $recs ) {
			$order->update_meta_data( self::META_RECS, implode( ' ', $recs ) );
		}
	}

	/**
	 * Answers that led to the cart: those of its offers, then those the browser followed.
	 *
	 * @return array rec_ids.
	 */
	private static function recs() {
		$is_offered = class_exists( 'Vitrine_Offers', false ) && 'none' !== Vitrine_Visitor::consent();      // It is loaded when a line has an offer.
		$all        = array_merge( $is_offered ? Vitrine_Offers::recs() : array(), Vitrine_Visitor::recs() );
		return array_slice( array_values( array_unique( $all ) ), 0, Vitrine_Visitor::MOST_RECS );
	}

	/**
	 * Action woocommerce_checkout_order_processed.
	 *
	 * @param int      $order_id Order.
	 * @param array    $data     Posted.
	 * @param WC_Order $order    Order.
	 */
	public static function placed_classic( $order_id, $data, $order ) {
		self::placed( $order );
	}

	/**
	 * The order is placed: the server hears of it before its webhook comes.
	 *
	 * @param WC_Order $order The order.
	 */
	public static function placed( $order ) {
		$visitor = (string) $order->get_meta( self::META_VISITOR );
		$recs    = array_values( array_filter( explode( ' ', (string) $order->get_meta( self::META_RECS ) ) ) );
		if ( '' !== $visitor || $recs ) {
			$message = array(
				'order_id' => (string) $order->get_id(),
				'rec_ids'  => $recs,
			);
			Vitrine_Queue::add( 'order', '' === $visitor ? $message : $message + array( 'visitor_id' => $visitor ), 'order:' . $order->get_id(), true );
		}
		Vitrine_Carts::became( $order );
	}
}
